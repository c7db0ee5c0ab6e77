import { expect, test } from '@jest/globals';
import type { Permission } from '@vm-tools/xenstore';
import type { GuestMemory } from '../../memory/index.ts';
import { SmallWorld } from '../testing/small-world.ts';

const byAndFor = (owner: number, reader: number): Permission[] => [
  { domid: owner, access: 'none' },
  { domid: reader, access: 'read' },
];

const front = (domid: number): string => `/local/domain/${domid}/device/vbd/51712`;
const back = (domid: number): string => `/local/domain/0/backend/vbd/${domid}/51712`;

/** The nodes of a disk whose backend is ready, played by the test. */
async function plug({ store }: SmallWorld, domid: number): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.mkdir(`/local/domain/${domid}/device`);
    await tx.setPermissions(`/local/domain/${domid}/device`, byAndFor(0, domid));
    await tx.mkdir(front(domid));
    await tx.setPermissions(front(domid), byAndFor(domid, 0));
    await tx.mkdir(back(domid));
    await tx.setPermissions(back(domid), byAndFor(0, domid));
    await tx.write(`${front(domid)}/backend`, back(domid));
    await tx.write(`${front(domid)}/state`, '1');
    await tx.write(`${back(domid)}/state`, '2');
  });
}

async function connect(world: SmallWorld, domid: number): Promise<void> {
  await world.settle();
  expect(await world.store.read(`${front(domid)}/state`)).toBe('3');
  await world.store.write(`${back(domid)}/state`, '4');
  await world.settle();
  expect(await world.store.read(`${front(domid)}/state`)).toBe('4');
}

test('devices that are there at boot, and one that comes later', async () => {
  await using world = await SmallWorld.make();
  const { domid } = await world.boot();
  await plug(world, domid);
  await connect(world, domid);
  await world.store.rm(front(domid));
  await world.settle();
  await plug(world, domid);
  await connect(world, domid);
});

test('in a new domain it connects again', async () => {
  await using world = await SmallWorld.make();
  const source = await world.boot();
  await plug(world, source.domid);
  await connect(world, source.domid);
  await world.ask(source.domid, 'suspend');
  const target = await world.make((memory) => copyPages(source.memory, memory));
  await plug(world, target.domid);
  await world.settle();
  expect(await world.store.read(`${front(target.domid)}/state`)).toBe('1'); // it does not run yet
  world.machine.destroyDomain(source.domid);
  world.machine.domainUnpause(target.domid);
  await connect(world, target.domid);
});

test('whose suspend was cancelled it goes on with what it had, and hears of what came meanwhile', async () => {
  await using world = await SmallWorld.make();
  const { domid } = await world.boot();
  await plug(world, domid);
  await connect(world, domid);
  await world.ask(domid, 'suspend');
  await world.store.write(`${back(domid)}/state`, '5');
  await world.settle();
  expect(await world.store.read(`${front(domid)}/state`)).toBe('4');
  world.machine.domainResume(domid, { fast: true });
  await world.settle();
  expect(await world.store.read(`${front(domid)}/state`)).toBe('6');
});

test('a manner of suspending is none of its own', async () => {
  await using world = await SmallWorld.make();
  const { domid } = await world.boot('sim.suspend=rude');
  await plug(world, domid);
  await connect(world, domid);
});

function copyPages(from: GuestMemory, to: GuestMemory): void {
  const page = Buffer.alloc(4096);
  for (const [start, count] of from.ranges()) {
    for (let gfn = start; gfn < start + count; gfn += 1) {
      from.readPage(gfn, page);
      to.writePage(gfn, page);
    }
  }
}
