import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { domainInfo } from '../actions/look/domain-info.ts';
import { setDomain } from '../actions/set-domain.ts';
import { fromLibxlJson, readScheduling } from '../image-config/index.ts';
import { restartDomain } from '../policy/restart.ts';
import { pinVcpu } from '../steps/domain/pin-vcpu.ts';
import { shares } from '../steps/domain/shares.ts';
import { sampleConfig, sampleDomain } from '../testing/sample-config.ts';
import { readUserdata } from '../userdata.ts';
import { domainSource } from './source/source.ts';
import { domainTarget } from './target/target.ts';

const signal = new AbortController().signal;
const control = { signal, onProgress: () => undefined };

/** A guest with all that can be set of its vCPUs, and its image. */
async function saved(host: SimulatedHost): Promise<Buffer> {
  const domain = await sampleDomain(host, { vcpus: 3 });
  const { domid } = domain;
  await setDomain(host, domain, { vcpus: 2, weight: 512, cap: 150, pin: { cpus: [1, 3] } });
  await setDomain(host, domain, { prefer: { vcpu: 0, cpus: [3] } });
  // As xl does it, and tells nobody.
  await host.xen.vcpuSetaffinity(domid, 2, { hard: [2] });
  const sink = new PassThrough();
  const image = buffer(sink);
  const source = domainSource(host, domain);
  await source.save(sink, control);
  await source.destroy();
  return image;
}

interface Told {
  readonly scheduler: object;
  readonly vcpus: unknown;
  readonly warnings: readonly string[] | undefined;
}

async function restored(host: SimulatedHost, image: Buffer): Promise<Told> {
  const target = domainTarget(host);
  await target.restore(Readable.from([image]), control);
  const { warnings } = target;
  const { domid } = await target.start();
  const info = await host.xen.domainGetinfo(domid);
  const { scheduler, vcpuList } = await domainInfo(host, { domid, uuid: info!.uuid, name: 'web1' });
  const vcpus = vcpuList.map(({ isWanted, hard, soft }) => [isWanted, hard, soft]);
  return { scheduler, vcpus, warnings };
}

const ALL = [0, 1, 2, 3];

test('what was set of its vCPUs is there after a save, and on another host', async () => {
  await using host = await createSimulatedHost();
  await using other = await createSimulatedHost({ cpus: 6 });
  const image = await saved(host);
  const kept = (all: readonly number[]): Told => ({
    scheduler: { name: 'credit2', weight: 512, cap: 150 },
    vcpus: [
      [true, [1, 3], [3]],
      [true, [1, 3], all],
      [false, [2], all],
    ],
    warnings: [],
  });
  expect(await restored(host, image)).toEqual(kept(ALL));
  expect(await restored(other, image)).toEqual(kept([...ALL, 4, 5]));
});

test('what the other host does not have is said, and left to the default', async () => {
  await using host = await createSimulatedHost();
  await using small = await createSimulatedHost({ cpus: 3 });
  const all = [0, 1, 2];
  expect(await restored(small, await saved(host))).toEqual({
    scheduler: { name: 'credit2', weight: 512, cap: 150 },
    vcpus: [
      [true, all, all],
      [true, all, all],
      [false, [2], all],
    ],
    warnings: [
      'web1 was pinned to processors that are not where it is now (3): its vCPUs that were may run on all',
    ],
  });
});

test('a guest that starts anew has it, too', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host));
  await setDomain(host, domain, { vcpus: 1, weight: 300, pin: { vcpu: 1, cpus: [2] } });
  const configJson = await readUserdata(host, domain);
  expect(readScheduling(configJson, 2)).toEqual({
    ...{ hard: [ALL, [2]], soft: undefined, weight: 300, cap: undefined, online: [0] },
  });
  const config = { ...fromLibxlJson(configJson, { isHere: true }), name: 'web2' };
  const { uuid: _, ...fresh } = config;
  const again = await createDomain(host, fresh, { configJson });
  expect(await domainInfo(host, again)).toMatchObject({
    scheduler: { weight: 300, cap: 0 },
    vcpuList: [
      { isWanted: true, hard: ALL },
      { isWanted: false, hard: [2] },
    ],
  });
});

test('what a guest cannot have any more when it restarts is told', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host));
  await setDomain(host, domain, { pin: { vcpu: 0, cpus: [2] } });
  const { domid, uuid, name } = domain;
  const pending = { domid, uuid, name, configJson: await readUserdata(host, domain) };
  host.faults.add({ call: 'vcpuSetaffinity', errno: 'EINVAL', times: 1 });
  const lines: string[] = [];
  const again = await restartDomain(host, pending, { onLog: (line) => void lines.push(line) });
  expect(again).toMatchObject({ uuid, state: 'running' });
  expect(lines).toContain(
    'web1 was pinned to processors that are not where it is now (2): its vCPUs that were may run on all',
  );
});

test('pinning and shares that a host refuses are no reason not to come', async () => {
  await using host = await createSimulatedHost();
  const image = await saved(host);
  host.faults.add({ call: 'vcpuSetaffinity', errno: 'EPERM', times: 1 });
  host.faults.add({ call: 'domainSetWeight', errno: 'EPERM' });
  const { scheduler, warnings } = await restored(host, image);
  expect(scheduler).toMatchObject({ weight: 256 });
  expect(warnings).toEqual([
    expect.stringMatching(/^xc_vcpu_setaffinity: /),
    expect.stringMatching(/^xc_sched_credit2_domain_set: /),
  ]);
});

test('a vCPU of which no processor is there, and a scheduler that knows no shares, say so', async () => {
  await using host = await createSimulatedHost();
  const domain = await sampleDomain(host);
  const { domid, uuid } = domain;
  const io = { config: { ...sampleConfig(host), uuid }, domid, host, signal };
  const gone = pinVcpu({ vcpu: 0, affinity: { hard: [8, 9] } });
  await expect(gone.run(io)).rejects.toMatchObject({
    code: 'DOMAIN_PINNING_LOST',
    message: expect.stringContaining('(8, 9)'),
  });
  expect((await host.xen.vcpuGetaffinity(domid, 0)).hard).toEqual(ALL);
  const had = shares({ weight: 512, cap: 40 });
  expect(had.about({})).toBe('weight 512, cap 40 %');
  await had.run(io);
  expect(await host.xen.domainGetCap(domid)).toBe(40);
});
