import { describe, expect, it } from '@jest/globals';
import { connectXenstore } from '@vm-tools/xenstore';
import { MemoryXenstored } from '@vm-tools/xenstore/server';
import { GuestMemory } from '../memory/index.ts';
import { installProgram } from './pages/state-page.ts';
import { parseScenario } from './scenario.ts';
import { SmallWorld } from './testing/small-world.ts';

describe('a simulated guest', () => {
  it('counts on its console, the first tick at once, and says what it can do', async () => {
    await using world = await SmallWorld.make();
    const { domid } = await world.boot();
    expect(world.consoleOf(domid)).toBe('sim: boot\r\ntick 1 t=0\r\n');
    await world.pass(2500);
    expect(world.consoleOf(domid)).toMatch(/tick 1 t=0\r\ntick 2 t=1000\r\ntick 3 t=2000\r\n$/);
    expect(world.guests.ticksOf(domid)).toBe(3);
    for (const feature of ['suspend', 'poweroff', 'reboot'])
      expect(await world.store.read(`/local/domain/${domid}/control/feature-${feature}`)).toBe('1');
  });

  it('stands still while it is paused, without a timer', async () => {
    await using world = await SmallWorld.make();
    const { domid } = await world.boot('sim.dirty=4M/s sim.set=8M');
    await world.pass(600);
    world.machine.domainPause(domid);
    await world.settle();
    expect(world.clock.pending).toBe(0);
    await world.pass(5000);
    expect(world.guests.statusOf(domid)).toMatchObject({
      ticks: 1,
      ranMs: 600,
      writtenPages: 614,
      lastGapMs: 0,
    });
    world.machine.domainUnpause(domid);
    await world.pass(400);
    expect(world.guests.statusOf(domid)).toMatchObject({ ticks: 2, ranMs: 1000, lastGapMs: 5000 });
  });

  it('needs one timer, and none when it does not tick', async () => {
    await using world = await SmallWorld.make();
    await world.boot('sim.dirty=20M/s');
    expect(world.clock.pending).toBe(1);
    await world.boot('sim.dirty=20M/s sim.tick=off');
    expect(world.clock.pending).toBe(1);
  });

  it('dirties its working set, at the rate that it was told', async () => {
    await using world = await SmallWorld.make();
    const { domid, memory } = await world.boot('sim.dirty=4M/s sim.set=8M sim.tick=off');
    world.machine.startLogDirty(domid);
    await world.pass(1000);
    world.machine.requireDomain(domid, 'test').catchUp();
    expect(memory.takeDirty().size).toBe(1024 + 1); // 4 MiB, and its state
    await world.pass(3_600_000);
    world.machine.requireDomain(domid, 'test').catchUp();
    expect(memory.dirtyPages).toBe(2048 + 1);
  });

  it('gives back what is typed', async () => {
    await using world = await SmallWorld.make();
    const { domid } = await world.boot();
    world.typing.get(domid)?.(Buffer.from('hi\r'));
    expect(world.consoleOf(domid)).toMatch(/hi\r\n$/);
  });

  it('is what the scenario says, unless its command line says otherwise', async () => {
    const scenario = parseScenario({
      guests: { 'web*': { dirty: '1M/s', tick: '2s' }, web7: { tick: '3s' } },
    });
    await using world = await SmallWorld.make({ scenario });
    const models = [
      await world.boot('sim.dirty=2M/s', 'web1'),
      await world.boot('', 'web7'),
      await world.boot('', 'db'),
    ].map(({ domid }) => world.guests.modelOf(domid));
    expect(models).toMatchObject([
      { dirtyRate: 2 * 2 ** 20, tickMs: 2000 },
      { dirtyRate: 2 ** 20, tickMs: 3000 },
      { dirtyRate: 0, tickMs: 1000 },
    ]);
    expect(new Set(models.map((model) => model?.seed)).size).toBe(3);
  });

  it('can be changed while it runs', async () => {
    await using world = await SmallWorld.make();
    const { domid } = await world.boot('sim.tick=off');
    world.guests.change(domid, { dirty: '4M/s', set: '8M' });
    await world.pass(500);
    world.guests.change(domid, { dirty: 'off' });
    await world.pass(500);
    expect(world.guests.statusOf(domid)).toMatchObject({ writtenPages: 512, workingSetPages: 2048 });
    expect(() => world.guests.change(domid, { dirty: 'fast' })).toThrow(/sim\.dirty: "fast" is not a rate/);
    expect(() => world.guests.change(domid, { tick: '1s' } as object)).toThrow(
      /sim\.tick cannot be set here/,
    );
    expect(() => world.guests.change(77, {})).toThrow(expect.objectContaining({ code: 'XEN_SIM_NO_GUEST' }));
  });

  it('is not there in memory without a program', async () => {
    await using world = await SmallWorld.make();
    const domain = await world.make(() => undefined);
    world.machine.domainUnpause(domain.domid);
    await world.pass(1000);
    expect(domain.isInert).toBe(true);
    expect(world.consoles.size).toBe(0);
  });

  it('leaves nothing behind when its domain is destroyed, whatever it was about to do', async () => {
    await using world = await SmallWorld.make();
    const { domid } = await world.boot('sim.suspend=slow:3s');
    await world.ask(domid, 'suspend');
    world.machine.destroyDomain(domid);
    await world.settle();
    expect(world.clock.pending).toBe(0);
    expect(world.typing.size).toBe(0);
    expect(world.guests.statusOf(domid)).toBeUndefined();
    const other = await world.make(() => undefined);
    world.machine.destroyDomain(other.domid);
  });

  it('does not boot in a domain that is gone before it could', async () => {
    await using world = await SmallWorld.make();
    const domain = await world.make((memory) => installProgram(memory, ''));
    world.machine.domainUnpause(domain.domid);
    world.machine.destroyDomain(domain.domid);
    await world.pass(1000);
    expect(world.consoles.size).toBe(0);
  });
});

describe('asked by the toolstack', () => {
  it.each(['suspend', 'poweroff', 'reboot', 'crash'] as const)('a polite guest does it: %s', async (wish) => {
    await using world = await SmallWorld.make();
    const domain = await world.boot();
    await world.ask(domain.domid, wish);
    expect(domain.shutdownReason).toBe(wish);
    expect(await world.wish(domain.domid)).toBe('');
    expect(world.consoleOf(domain.domid)).toContain(`sim: ${wish} was asked for`);
  });

  it('a silent guest does it without a word', async () => {
    await using world = await SmallWorld.make();
    const domain = await world.boot('sim.suspend=silent');
    await world.ask(domain.domid, 'suspend');
    expect(domain.shutdownReason).toBe('suspend');
    expect(await world.wish(domain.domid)).toBe('suspend');
  });

  it('a slow guest acknowledges, and does it after its time, of which pauses are no part', async () => {
    await using world = await SmallWorld.make();
    const domain = await world.boot('sim.suspend=slow:3s');
    await world.ask(domain.domid, 'suspend');
    expect(await world.wish(domain.domid)).toBe('');
    await world.pass(2000);
    world.machine.domainPause(domain.domid);
    await world.pass(2000);
    world.machine.domainUnpause(domain.domid);
    await world.pass(999);
    expect(domain.shutdownReason).toBeUndefined();
    await world.pass(1);
    expect(domain.shutdownReason).toBe('suspend');
  });

  it('a late guest does it although it is no longer wanted', async () => {
    await using world = await SmallWorld.make();
    const domain = await world.boot('sim.suspend=late:3s');
    await world.ask(domain.domid, 'suspend');
    await world.pass(60_000);
    expect(await world.wish(domain.domid)).toBe('suspend');
    await world.ask(domain.domid, '');
    await world.pass(2999);
    expect(domain.shutdownReason).toBeUndefined();
    await world.pass(1);
    expect(domain.shutdownReason).toBe('suspend');
  });

  it('a rude guest does nothing', async () => {
    await using world = await SmallWorld.make();
    const domain = await world.boot('sim.suspend=rude sim.shutdown=polite');
    await world.ask(domain.domid, 'suspend');
    await world.pass(60_000);
    expect(domain.shutdownReason).toBeUndefined();
    expect(await world.wish(domain.domid)).toBe('suspend');
    expect(await world.store.read(`/local/domain/${domain.domid}/control/feature-suspend`)).toBe('');
    await world.ask(domain.domid, 'reboot');
    expect(domain.shutdownReason).toBe('reboot');
  });

  it('a guest does not hear it before it runs again', async () => {
    await using world = await SmallWorld.make();
    const domain = await world.boot();
    world.machine.domainPause(domain.domid);
    await world.ask(domain.domid, 'poweroff');
    expect(domain.shutdownReason).toBeUndefined();
    world.machine.domainUnpause(domain.domid);
    await world.settle();
    expect(domain.shutdownReason).toBe('poweroff');
  });

  it.each(['crash', 'reboot', 'poweroff'] as const)('a guest may end in precopy: %s', async (way) => {
    await using world = await SmallWorld.make();
    const domain = await world.boot(`sim.precopy=${way}`);
    await world.pass(1000);
    expect(domain.shutdownReason).toBeUndefined();
    world.machine.startLogDirty(domain.domid);
    expect(domain.shutdownReason).toBeUndefined();
    await world.pass(5);
    expect(domain.shutdownReason).toBe(way);
  });

  it('a guest does not end after a precopy that was over before', async () => {
    await using world = await SmallWorld.make();
    const domain = await world.boot('sim.precopy=crash');
    world.machine.startLogDirty(domain.domid);
    world.machine.domainLogDirtyOff(domain.domid);
    await world.pass(1000);
    expect(domain.shutdownReason).toBeUndefined();
  });
});

describe('a suspended guest', () => {
  it('goes on here when it is resumed: it connects anew, and can be asked again', async () => {
    await using world = await SmallWorld.make();
    const domain = await world.boot();
    await world.pass(1000);
    await world.ask(domain.domid, 'suspend');
    await world.pass(700);
    world.machine.domainResume(domain.domid, { fast: true });
    await world.settle();
    expect(world.connections).toBe(2);
    expect(world.consoleOf(domain.domid)).toMatch(/sim: suspend cancelled after 700 ms\r\n$/);
    await world.pass(1000);
    expect(world.consoleOf(domain.domid)).toMatch(/tick 3 t=2000\r\n$/);
    await world.ask(domain.domid, 'suspend');
    expect(domain.shutdownReason).toBe('suspend');
  });

  it('goes on in another domain from the bytes of its memory', async () => {
    await using world = await SmallWorld.make();
    const source = await world.boot('sim.dirty=4M/s sim.set=8M');
    await world.pass(1500);
    await world.ask(source.domid, 'suspend');
    const target = await world.make((memory) => copyPages(source.memory, memory));
    expect(target.memory.equals(source.memory)).toBe(true);
    world.machine.destroyDomain(source.domid);
    await world.pass(300);
    world.machine.domainUnpause(target.domid);
    await world.settle();
    expect(world.consoleOf(target.domid)).toBe('sim: resumed in a new domain after 300 ms\r\n');
    await world.pass(1500);
    expect(world.consoleOf(target.domid)).toMatch(/ ms\r\ntick 3 t=2000\r\ntick 4 t=3000\r\n$/);
    expect(world.guests.statusOf(target.domid)).toMatchObject({
      ranMs: 3000,
      writtenPages: 3072,
      longestGapMs: 300,
    });
    await world.ask(target.domid, 'poweroff');
    expect(target.shutdownReason).toBe('poweroff');
  });

  it('writes what it would have written had it never been moved', async () => {
    await using world = await SmallWorld.make();
    const cmdline = 'sim.dirty=3M/s sim.set=8M sim.locality=0.7 sim.entropy=text';
    const moved = await world.boot(cmdline);
    const stayed = await world.boot(cmdline);
    await world.pass(777);
    await world.ask(moved.domid, 'suspend');
    const target = await world.make((memory) => copyPages(moved.memory, memory));
    world.machine.domainUnpause(target.domid);
    await world.pass(3210);
    for (const { domid } of [stayed, target]) world.machine.requireDomain(domid, 'test').catchUp();
    expect(target.memory.equals(stayed.memory)).toBe(true);
  });
});

describe('the connection of a guest', () => {
  it('is tried again when it was refused, once a second', async () => {
    let refusals = 0;
    const connectStore = async (): Promise<never> => {
      refusals += 1;
      throw new Error('no xenstored');
    };
    await using world = await SmallWorld.make({ connectStore });
    const { domid } = await world.boot();
    await world.pass(2500);
    expect(refusals).toBe(3);
    expect(world.guests.ticksOf(domid)).toBe(3);
  });

  it('is made again when xenstored has gone away', async () => {
    const mortal = new MemoryXenstored();
    let connections = 0;
    const connectStore = (): ReturnType<typeof connectXenstore> => {
      connections += 1;
      return connectXenstore({ stream: mortal.connect() });
    };
    await using world = await SmallWorld.make({ connectStore });
    await world.boot();
    mortal.close();
    await world.settle();
    expect(connections).toBe(1);
    await world.pass(1000);
    expect(connections).toBe(2);
  });
});

/** Through their bytes, as a stream would. */
function copyPages(from: GuestMemory, to: GuestMemory): void {
  const page = Buffer.alloc(4096);
  for (const [start, count] of from.ranges()) {
    for (let gfn = start; gfn < start + count; gfn += 1) {
      from.readPage(gfn, page);
      to.writePage(gfn, page);
    }
  }
}
