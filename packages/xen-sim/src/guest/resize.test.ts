import { expect, it } from '@jest/globals';
import { SmallWorld } from './testing/small-world.ts';

async function askFor(world: SmallWorld, domid: number, kib: number): Promise<void> {
  const path = `/local/domain/${domid}/memory/target`;
  await world.store.write(path, String(kib));
  await world.store.setPermissions(path, [
    { domid: 0, access: 'none' },
    { domid, access: 'read' },
  ]);
  await world.settle();
}

it('gives memory back and takes it again, whatever it had beside its target', async () => {
  await using world = await SmallWorld.make();
  const domain = await world.boot('sim.dirty=4M/s sim.set=8M');
  const free = world.machine.physinfo().freePages;
  await askFor(world, domain.domid, 16 * 1024 - 40);
  expect(domain.totPages).toBe(4096);
  await askFor(world, domain.domid, 14 * 1024 - 40);
  expect(domain.totPages).toBe(3584);
  expect(world.machine.physinfo().freePages).toBe(free + 512);
  await world.pass(5000); // its working set is whole
  await askFor(world, domain.domid, 15 * 1024 - 40);
  expect(domain.totPages).toBe(3840);
  expect(world.consoleOf(domain.domid)).toContain('memory was resized');
});

it('takes no more than Xen gives', async () => {
  await using world = await SmallWorld.make();
  const domain = await world.boot();
  await askFor(world, domain.domid, 16 * 1024);
  await askFor(world, domain.domid, 32 * 1024);
  expect(domain.totPages).toBe(4096);
  expect(world.consoleOf(domain.domid)).toContain('ENOMEM');
});

it('takes its time, or does not listen at all', async () => {
  await using world = await SmallWorld.make();
  const slow = await world.boot('sim.shutdown=slow:300ms', 'slow');
  const rude = await world.boot('sim.shutdown=rude', 'rude');
  for (const { domid } of [slow, rude]) await askFor(world, domid, 15 * 1024);
  expect(slow.totPages).toBe(4096);
  await world.pass(300);
  expect([slow.totPages, rude.totPages]).toEqual([3840, 4096]);
});
