import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit/testing';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { pauseDomain } from '../actions/pause-domain.ts';
import { untilConnected } from '../testing/attached.ts';
import { failure } from '../testing/failure.ts';
import { configWithDevices } from '../testing/guest-with-devices.ts';
import { sampleDomain } from '../testing/sample-config.ts';
import type { DomainFigures, HostFigures } from './figures.ts';
import { figuresReader } from './figures-reader.ts';

const named = ({ domains }: HostFigures, name: string): DomainFigures => {
  const found = domains.find((domain) => domain.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${domains.map((one) => one.name).join()}`);
  return found;
};

describe('the figures of a host', () => {
  it('are those of its domains, whose rates follow from two looks', async () => {
    const clock = new ManualClock();
    await using host = await createSimulatedHost({
      clock,
      memory: '1G',
      scenario: { guests: { web1: { dirty: '2G/s', set: '1M' } } },
    });
    const domain = await createDomain(host, await configWithDevices(host));
    for (const device of ['vbd/51712', 'vbd/51728', 'vif/0', 'vif/1'])
      await untilConnected(host, domain.domid, device);
    await host.snapshot();
    const reader = figuresReader(host, () => clock.now());
    const first = await reader.look();
    expect(first).toMatchObject({ cpus: 4, memoryKib: 2 ** 20 });
    expect(first.domains.map(({ name }) => name)).toEqual(['Domain-0', 'web1']);
    expect(named(first, 'web1')).toMatchObject({
      domid: domain.domid,
      vcpus: 1,
      networks: 2,
      disks: 2,
      rates: undefined,
    });
    await clock.advance(10_000);
    const second = await reader.look();
    const [before, after] = [named(first, 'web1'), named(second, 'web1')];
    expect(second.atMs - first.atMs).toBe(10_000);
    const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
    expect(cpuSeconds).toBeGreaterThan(0);
    expect(after.rates?.cpuPercent).toBeCloseTo(10 * cpuSeconds);
    // Two devices of each kind, one disk of each backend, all in use for ten seconds.
    expect(after.networkReceivedBytes - before.networkReceivedBytes).toBe(2 * 40_960);
    expect(after.rates).toMatchObject({
      networkReceivedBytesPerSecond: 8192,
      networkSentBytesPerSecond: 4096,
      diskReadsPerSecond: 8,
      diskWritesPerSecond: 16,
    });
    expect(after.diskReadSectors - before.diskReadSectors).toBe(2 * 320);
    expect(after.diskWrittenSectors - before.diskWrittenSectors).toBe(2 * 640);

    await pauseDomain(host, domain, {});
    const third = named(await reader.look(), 'web1');
    expect(third).toMatchObject({ state: 'paused', rates: undefined }); // no time has passed
    await clock.advance(1000);
    expect(named(await reader.look(), 'web1')).toMatchObject({
      networkSentBytes: third.networkSentBytes,
      rates: { cpuPercent: 0, diskReadsPerSecond: 0 },
    });
  });

  it('are without rates for a domain that has come since', async () => {
    await using host = await createSimulatedHost({ memory: '1G' });
    const domain = await sampleDomain(host);
    let atMs = 0;
    const reader = figuresReader(host, () => (atMs += 1000));
    await reader.look();
    expect(named(await reader.look(), 'web1').rates).toBeDefined();
    await destroyDomain(host, domain);
    await sampleDomain(host);
    const { domains } = await reader.look();
    expect(domains).toHaveLength(2);
    expect(domains[1]).toMatchObject({ name: 'web1', rates: undefined });
  });

  it('ask for names that are known only now and then, and see new ones', async () => {
    await using host = await createSimulatedHost({ memory: '1G' });
    const domids = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const uuid = `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`;
        const domid = await host.xen.domainCreate({ uuid, type: 'pvh', maxVcpus: 1 });
        await host.store.write(`/local/domain/${domid}/name`, `web${domid}`);
        return domid;
      }),
    );
    const asked: string[] = [];
    const store = countingReads(host.store, asked);
    const reader = figuresReader({ xen: host.xen, dom0: host.dom0, store });
    const namesAsked = async (): Promise<number> => {
      asked.length = 0;
      await reader.look();
      return asked.filter((path) => path.endsWith('/name')).length;
    };
    expect(await namesAsked()).toBe(61);
    expect(await namesAsked()).toBe(32);
    const last = domids.at(-1) ?? 0;
    await host.store.write(`/local/domain/${last}/name`, 'renamed');
    await reader.look();
    await reader.look();
    expect(named(await reader.look(), 'renamed').domid).toBe(last);
  });

  it('keep what a qemu has said when it does not answer', async () => {
    await using host = await createSimulatedHost({ memory: '1G' });
    const domain = await createDomain(host, await configWithDevices(host, { networks: [] }));
    await untilConnected(host, domain.domid, 'vbd/51728');
    await host.snapshot();
    const reader = figuresReader(host);
    expect(named(await reader.look(), 'web1').disks).toBe(2);
    host.faults.add({ call: 'dom0.qmp', errno: 'ETIMEDOUT' });
    expect(named(await reader.look(), 'web1').disks).toBe(2);
    host.faults.add({ call: 'dom0.qmp', errno: 'ETIMEDOUT' });
    expect(named(await figuresReader(host).look(), 'web1').disks).toBe(1);
  });

  it('fail with the cause', async () => {
    await using host = await createSimulatedHost({ memory: '1G' });
    host.faults.add({ call: 'domainGetinfolist', errno: 'EPERM' });
    expect(await failure(figuresReader(host).look())).toMatchObject({
      code: 'XEN_CALL_FAILED',
      hint: expect.any(String),
    });
  });
});

/** The same store, which notes the paths that are read. */
function countingReads<Store extends { read(path: string): Promise<string | undefined> }>(
  store: Store,
  asked: string[],
): Store {
  const read = (path: string): Promise<string | undefined> => {
    asked.push(path);
    return store.read(path);
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'read') return read;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
