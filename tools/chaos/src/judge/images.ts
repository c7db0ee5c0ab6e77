import { access } from 'node:fs/promises';
import { messageOf } from '@vm-tools/errors';
import { destroyDomain, domainTarget } from '@vm-tools/libdomain';
import { restoreFromFile } from '@vm-tools/libxfr';
import { damagedPage } from '@vm-tools/xen-sim/testing';
import type { World } from '../world.ts';

/** Every image that bears its name can be restored, to a state that its guest was in. */
export async function judgeImages(world: World): Promise<string[]> {
  const problems: string[] = [];
  for (const { path } of world.images) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    const wrong = await wrongWith(world, path).catch((thrown: unknown) => messageOf(thrown));
    if (wrong !== undefined) problems.push(`${path}: ${wrong}`);
  }
  return problems;
}

async function wrongWith({ spare: { simulated } }: World, path: string): Promise<string | undefined> {
  const target = domainTarget(simulated, { paused: true });
  const { domid } = await restoreFromFile(path, target, {});
  const domain = domid === undefined ? undefined : simulated.machine.domains.get(domid);
  if (domain === undefined) return 'it was restored, and no domain is there';
  const damaged = damagedPage(domain.memory);
  await destroyDomain(simulated, domain);
  return damaged === undefined
    ? undefined
    : `page 0x${damaged.toString(16)} is not what the guest had written`;
}
