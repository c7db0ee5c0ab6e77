import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../../actions/create-domain.ts';
import { requestControl } from '../../guest/control-request.ts';
import { throttleByCap } from '../../guest/suspend/throttle.ts';
import { incomingPath } from '../../paths.ts';
import { failure } from '../../testing/failure.ts';
import { sampleConfig } from '../../testing/sample-config.ts';
import { untilAcknowledged } from '../../testing/until-acknowledged.ts';
import type { Journalled } from '@vm-tools/ports';
import { domainSource } from '../source/source.ts';
import { domainTarget } from '../target/target.ts';
import { guestFinder } from './guest-finder.ts';

const ID = 'a'.repeat(32);
const SMALL = { memoryKib: 8192, maxMemoryKib: 8192 };
const control = { signal: new AbortController().signal, onProgress: () => undefined };

/** A guest that runs on one host, and another host onto which it has been restored. */
async function twoHosts(cmdline = '') {
  const a = await createSimulatedHost({ name: 'a' });
  const b = await createSimulatedHost({ name: 'b' });
  const empty = await b.snapshot();
  const domain = await createDomain(a, sampleConfig(a, { cmdline, ...SMALL }));
  const source = domainSource(a, domain);
  const { name, uuid } = domain;
  const target = domainTarget(b);

  async function move(): Promise<void> {
    const pipe = new PassThrough();
    const image = buffer(pipe);
    await source.save(pipe, control);
    const stream = new PassThrough();
    stream.end(await image);
    await target.restore(stream, { signal: control.signal, transferId: ID });
  }

  const journalled = (state: string, domid?: number): Journalled => ({
    id: ID,
    state,
    guest: { name, uuid, domid },
  });
  const dispose = async (): Promise<void> => {
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
  };
  return {
    a,
    b,
    empty,
    domain,
    source,
    target: target,
    move,
    journalled,
    [Symbol.asyncDispose]: dispose,
  };
}

const isRunning = ({ machine }: SimulatedHost, domid: number): boolean | undefined =>
  machine.domains.get(domid)?.isRunning;

describe('a source that is found again', () => {
  it('is resumed when it is suspended, and destroyed when it is not needed any more', async () => {
    await using world = await twoHosts();
    const { a, move, source, journalled } = world;
    await move();
    expect(isRunning(a, source.domid)).toBe(false);
    const finder = guestFinder(a);
    await (await finder.findSource(journalled('aborted', source.domid)))?.resume();
    expect(isRunning(a, source.domid)).toBe(true);
    await (await finder.findSource(journalled('confirmed', source.domid)))?.destroy();
    expect(await finder.findSource(journalled('confirmed', source.domid))).toBeUndefined();
  });

  it('is not another domain that has its number, nor one of its UUID with another', async () => {
    await using world = await twoHosts();
    const { a, domain, source, journalled } = world;
    const { guest } = journalled('committed', source.domid);
    const finder = guestFinder(a);
    const uuid = '0f0e0d0c-0b0a-0908-0706-050403020100';
    expect(
      await finder.findSource({ ...journalled('committed'), guest: { ...guest, uuid } }),
    ).toBeUndefined();
    expect(await finder.findSource(journalled('committed', domain.domid + 1))).toBeUndefined();
  });

  it('runs as before: its request to suspend, its cap and log-dirty mode are taken back', async () => {
    await using world = await twoHosts('sim.suspend=slow:50ms');
    const { a, domain, journalled } = world;
    const { domid } = domain;
    const before = await a.snapshot();
    await throttleByCap(a, domain, { vcpus: 1 }).slowTo(0.2);
    a.machine.startLogDirty(domid);
    await requestControl(a, domid, 'suspend');
    await untilAcknowledged(a, domid);
    await (await guestFinder(a).findSource(journalled('aborted', domid)))?.resume();
    expect(a.consoleOf(domid)).toMatch(/suspend cancelled/);
    expect(isRunning(a, domid)).toBe(true);
    expect(a.machine.domains.get(domid)).toMatchObject({ capPercent: 0, memory: { isLogDirty: false } });
    expect(await a.snapshot()).toEqual(before);
  });
});

describe('a target that is found again', () => {
  it('is paused until it is started, and bears no mark from then on', async () => {
    await using world = await twoHosts();
    const { b, move, target, journalled } = world;
    await move();
    await target.release(); // as the end of its process does
    const domid = target.domid as number;
    expect(await b.store.read(incomingPath(domid))).toBe(ID);
    const finder = guestFinder(b);
    const found = await finder.findTarget(journalled('owner', domid));
    expect(found?.state).toBe('paused');
    expect(await found?.start()).toEqual({ domid });
    expect(isRunning(b, domid)).toBe(true);
    expect(await b.store.read(incomingPath(domid))).toBeUndefined();
    expect(await finder.findTarget(journalled('owner', domid))).toMatchObject({ state: 'running' });
  });

  it('may have run when a user has paused it', async () => {
    await using world = await twoHosts();
    const { b, move, target, journalled } = world;
    await move();
    const { domid } = await target.start();
    await b.clock.sleep(5);
    await b.xen.domainPause(domid);
    expect(await guestFinder(b).findTarget(journalled('owner', domid))).toMatchObject({ state: 'running' });
  });

  it('is known by its mark before it has a number, and nothing of it stays', async () => {
    await using world = await twoHosts();
    const { b, empty, move, target, journalled } = world;
    await move();
    await target.release(); // as the end of its process does
    const finder = guestFinder(b);
    const other = { ...journalled('reserved'), id: 'b'.repeat(32) };
    expect(await finder.findTarget(other)).toBeUndefined();
    const found = await finder.findTarget(journalled('reserved'));
    expect(found?.state).toBe('paused');
    expect((await failure(found!.start())).code).toBe('DOMAIN_NOT_RESTORED');
    await found?.abandon();
    expect(isRunning(b, target.domid as number)).toBeUndefined();
    expect(await b.snapshot()).toEqual(empty);
  });

  it('may be bare: a domain of its UUID without a node', async () => {
    await using world = await twoHosts();
    const { a, b, empty, domain, journalled } = world;
    await b.xen.domainCreate({ uuid: domain.uuid, type: 'pvh', maxVcpus: 1 });
    await (await guestFinder(b).findTarget(journalled('reserved')))?.abandon();
    expect(await b.snapshot()).toEqual(empty);
    // On a host that sends to itself the guest has its UUID, too.
    expect(await guestFinder(a).findTarget(journalled('reserved'))).toBeUndefined();
  });

  it('is nodes and files when only its domain is gone', async () => {
    await using world = await twoHosts();
    const { b, empty, move, target, journalled } = world;
    await move();
    await target.release(); // as the end of its process does
    const domid = target.domid as number;
    await b.xen.domainDestroy(domid);
    await (await guestFinder(b).findTarget(journalled('fenced', domid)))?.abandon();
    expect(await b.snapshot()).toEqual(empty);
    expect(await guestFinder(b).findTarget(journalled('owner', domid))).toBeUndefined();
  });
});
