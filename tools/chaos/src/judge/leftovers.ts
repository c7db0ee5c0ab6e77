import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from '@vm-tools/locks';
import { damagedPage, hasBooted } from '@vm-tools/xen-sim/testing';
import type { ChaosHost, World } from '../world.ts';

/** Nodes that say that a tool works on a guest, or did when it was killed. */
const AT_WORK = /\/vm-tools\/(?:suspending|incoming|capped)/;
/** Files that were not written to their end. */
const HALF_MADE = /userdata-[nl]\./;
/** A tool that works on a guest holds it; the file alone says nothing. */
const HOLD = /^run\/vm-tools\/domains\/.*\.lock$/;

/** No node, file, lock or slowed guest of what was killed or has failed. */
export async function judgeLeftovers(world: World): Promise<string[]> {
  const found = await Promise.all([world.a, world.b].map(leftOn));
  const partial = (await readdir(world.folder)).filter((name) => !name.endsWith('.img'));
  return [...found.flat(), ...partial.map((name) => `${join(world.folder, name)} is left`)];
}

async function leftOn({ name, test }: ChaosHost): Promise<string[]> {
  const { machine } = test.simulated;
  const { nodes, files } = await test.simulated.snapshot();
  const problems: string[] = [];
  for (const node of nodes) {
    const domid = /^\/(?:local\/domain|libxl)\/(\d+)\b/.exec(node)?.[1];
    if (domid !== undefined && !machine.domains.has(Number(domid)))
      problems.push(`${name}: ${node}, and there is no domain ${domid}`);
    else if (AT_WORK.test(node)) problems.push(`${name}: ${node}`);
  }
  for (const file of files) {
    const userdata = /userdata-d\.(\d+)\./.exec(file)?.[1];
    if (HOLD.test(file)) {
      await using lock = await tryLock(join(test.simulated.root, file));
      if (lock === undefined) problems.push(`${name}: ${file} is held`);
    } else if (HALF_MADE.test(file)) problems.push(`${name}: ${file}`);
    else if (userdata !== undefined && !machine.domains.has(Number(userdata)))
      problems.push(`${name}: ${file}, and there is no domain ${userdata}`);
  }
  for (const domain of machine.domains.values()) {
    if (domain.domid === 0) continue;
    domain.catchUp();
    if (domain.memory.isLogDirty) problems.push(`${name}: writes of domain ${domain.domid} are still logged`);
    if (!hasBooted(domain.memory)) {
      problems.push(`${name}: there is no guest in domain ${domain.domid} (${domain.uuid})`);
      continue;
    }
    const damaged = damagedPage(domain.memory);
    if (damaged !== undefined)
      problems.push(`${name}: page 0x${damaged.toString(16)} of domain ${domain.domid} is damaged`);
  }
  return problems;
}
