import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trustEachOther } from '@vm-tools/trust/testing';
import { startTestHost, waitForTicks, type TestHost } from '@vm-tools/xen-sim/testing';
import { ChaosXfrd } from './xfrd.ts';

export type HostName = 'a' | 'b';

/** A guest that must never be lost: it exists exactly once, wherever it is. */
export interface ChaosGuest {
  readonly name: string;
  readonly uuid: string;
  readonly type: 'pv' | 'pvh';
  /** A user has destroyed it, or a command that was to destroy it was killed: it may be gone. */
  mayBeGone: boolean;
}

/** An image that a user has asked for. */
export interface ChaosImage {
  readonly path: string;
  readonly guest: ChaosGuest;
  /** The guest is in it and nowhere else; a checkpoint is a copy. */
  readonly isPlain: boolean;
  /** A user has begun to restore it: it is not given to another one. */
  isUsed: boolean;
}

export interface ChaosHost {
  readonly name: HostName;
  readonly test: TestHost;
  readonly xfrd: ChaosXfrd;
}

/** Two hosts that trust each other, their guests, and the folder of all images. */
export interface World extends AsyncDisposable {
  readonly a: ChaosHost;
  readonly b: ChaosHost;
  /** Images are read back here, where none of the guests is. */
  readonly spare: TestHost;
  readonly folder: string;
  guests: ChaosGuest[];
  images: ChaosImage[];
  /** Numbers for new guests and images. */
  next(): number;
}

const TYPES = ['pvh', 'pv', 'pvh'] as const;

export async function openWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  const tests = await Promise.all(['a', 'b', 'spare'].map((name) => startTestHost({ name })));
  const [a, b, spare] = tests as [TestHost, TestHost, TestHost];
  await trustEachOther({ name: 'a', root: a.simulated.root }, { name: 'b', root: b.simulated.root });
  const [xfrdA, xfrdB] = await Promise.all([ChaosXfrd.start(a), ChaosXfrd.start(b)]);
  let count = 0;
  const world: World = {
    a: { name: 'a', test: a, xfrd: xfrdA },
    b: { name: 'b', test: b, xfrd: xfrdB },
    spare,
    folder,
    guests: [],
    images: [],
    next: () => (count += 1),
    async [Symbol.asyncDispose]() {
      await Promise.all([xfrdA.kill(), xfrdB.kill()]);
      await Promise.all(tests.map((test) => test[Symbol.asyncDispose]()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (const type of TYPES) await addGuest(world, type);
  return world;
}

export function otherHost(world: World, { name }: ChaosHost): ChaosHost {
  return name === 'a' ? world.b : world.a;
}

/** Makes a guest that writes and counts, on host a. Each has a name of its own for good, and so its own counter. */
export async function addGuest(world: World, type: ChaosGuest['type']): Promise<void> {
  const name = `g${world.next()}`;
  const guest: ChaosGuest = { name, uuid: randomUUID(), type, mayBeGone: false };
  const { test } = world.a;
  const settings = {
    name,
    uuid: guest.uuid,
    type,
    kernel: test.simulated.kernel,
    memory: 8,
    cmdline: 'sim.tick=20ms sim.dirty=2M/s sim.set=1M',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  await writeFile(join(test.folder, `${name}.cfg`), `${lines.join('\n')}\n`);
  await test.run(`vm-create ${name}.cfg`);
  await waitForTicks(test, name);
  world.guests.push(guest);
}
