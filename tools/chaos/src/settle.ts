import { stat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listDomains, listUnfinished } from '@vm-tools/libdomain';
import type { MachineDomain } from '@vm-tools/xen-sim';
import { ticks, until } from '@vm-tools/xen-sim/testing';
import type { ChaosGuest, ChaosHost, ChaosImage, World } from './world.ts';

interface Listed {
  readonly id: string;
  readonly owner: string;
}

/** The place of a guest. */
export interface Copy {
  readonly host: ChaosHost;
  readonly domain: MachineDomain;
}

/**
 * Does what an operator does after such a day: lets all daemons run, resolves what is in doubt, lets paused guests
 * run, and brings back those that are in an image.
 *
 * @returns what could not be mended
 */
export async function settle(world: World): Promise<string[]> {
  const problems: string[] = [];
  for (const { test, xfrd } of [world.a, world.b]) {
    test.simulated.faults.clear();
    await xfrd.ensure();
  }
  problems.push(...(await resolveAll(world)));
  for (const host of [world.a, world.b]) problems.push(...(await removeUnfinished(host)));
  for (const guest of world.guests) {
    const copies = copiesOf(world, guest);
    const image = await lastImage(world, guest);
    if (copies.length === 0 && image !== undefined)
      await runOrTell(problems, world.a, `vm-restore ${image.path}`);
    for (const copy of copiesOf(world, guest)) problems.push(...(await letRun(world, guest, copy)));
  }
  problems.push(...(await sweep(world)));
  for (const host of [world.a, world.b]) {
    const flies = (await listDomains(host.test.simulated)).filter(({ name }) => name === 'fly');
    if (flies.length > 1) problems.push(`${flies.length} domains are called fly at ${host.name}`);
    for (const { domid } of flies) await runOrTell(problems, host, `vm-destroy ${domid}`);
  }
  return problems;
}

/** Removes the remains of a domain that a killed command was making, or restoring from an image that is there. */
async function removeUnfinished(host: ChaosHost): Promise<string[]> {
  const problems: string[] = [];
  for (const { domid } of await listUnfinished(host.test.simulated))
    await runOrTell(problems, host, `vm-destroy ${domid}`);
  return problems;
}

/** The next save into the folder of images removes what killed saves have left there. */
async function sweep(world: World): Promise<string[]> {
  const problems: string[] = [];
  const [guest] = world.guests.filter((each) => copiesOf(world, each).length === 1);
  if (guest === undefined) return problems;
  const path = join(world.folder, 'sweep.img');
  for (const { host } of copiesOf(world, guest))
    await runOrTell(problems, host, `vm-save -c ${guest.name} -o ${path}`);
  await rm(path, { force: true });
  return problems;
}

/** All domains of this guest that are not about to vanish, as the machines themselves know them: no fault hides one. */
export function copiesOf(world: World, { uuid }: ChaosGuest): readonly Copy[] {
  return [world.a, world.b].flatMap((host) =>
    [...host.test.simulated.machine.domains.values()]
      .filter((domain) => domain.uuid === uuid && !domain.isDying)
      .map((domain) => ({ host, domain })),
  );
}

/** The image that has the guest when no host has it: of those that took it off its host, the last. */
async function lastImage(world: World, guest: ChaosGuest): Promise<ChaosImage | undefined> {
  const dated: { image: ChaosImage; at: number }[] = [];
  for (const image of world.images) {
    if (image.guest !== guest || !image.isPlain) continue;
    const found = await stat(image.path).catch(() => undefined);
    if (found !== undefined) dated.push({ image, at: found.mtimeMs });
  }
  return dated.sort((one, other) => other.at - one.at)[0]?.image;
}

/**
 * Lets a paused or suspended guest run, and waits until it counts. It may suspend only now: a command that was killed
 * had asked it to.
 */
async function letRun(world: World, guest: ChaosGuest, { host, domain: { domid } }: Copy): Promise<string[]> {
  const refused: string[] = [];
  const before = await ticks(host.test, guest.name);
  const runs = async (): Promise<boolean> => {
    refused.length = 0;
    const domain = copiesOf(world, guest).find((copy) => copy.domain.domid === domid)?.domain;
    if (domain?.isRunning === false) await runOrTell(refused, host, `vm-unpause ${domid}`);
    return (await ticks(host.test, guest.name)) >= before + 2;
  };
  try {
    await until(runs, `${guest.name} counts`);
    return [];
  } catch (thrown) {
    return [`${guest.name} does not run at ${host.name}: ${String(thrown)}`, ...refused];
  }
}

async function resolveAll(world: World): Promise<string[]> {
  const open: string[] = [];
  const look = async (): Promise<boolean> => {
    open.length = 0;
    for (const { name, test } of [world.a, world.b]) {
      const listed = JSON.parse(await test.run('vm-migrate list --json')) as readonly Listed[];
      for (const { id, owner } of listed) {
        if (owner !== 'undecided') continue;
        const { code, stdout, stderr } = await test.exec(`vm-migrate resolve ${id} --json`);
        if (code !== 0) open.push(`${name}: transfer ${id} stays in doubt: ${stdout}${stderr}`);
      }
    }
    return open.length === 0;
  };
  await until(look, 'no transfer is in doubt').catch(() => undefined);
  return open;
}

async function runOrTell(problems: string[], host: ChaosHost, line: string): Promise<void> {
  const { code, stdout, stderr } = await host.test.exec(`${line} --json`);
  if (code !== 0) problems.push(`${host.name}: ${line}: status ${code}: ${stdout}${stderr}`);
}

export async function removeImages(world: World): Promise<void> {
  for (const { path } of world.images) await rm(path, { force: true });
  world.images = [];
}
