import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { openImage } from '@vm-tools/xen-stream';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { listDomains } from '../actions/look/list-domains.ts';
import { resolveDomain } from '../actions/look/resolve-domain.ts';
import type { DomainConfig } from '../config/schema.ts';
import type { Domain } from '../domain.ts';
import { failure } from '../testing/failure.ts';
import { sampleConfig } from '../testing/sample-config.ts';
import type { Offer, SaveProgress, SaveReport } from '@vm-tools/ports';
import { defaultPrecopyPolicy, type PrecopyPolicy } from './source/precopy-policy.ts';
import { domainSource, type SourceOptions } from './source/source.ts';
import { domainTarget } from './target/target.ts';

const never = new AbortController().signal;
const control = { signal: never, onProgress: () => undefined };

/** A Xen that can tell which pages a PV guest has written: without a hole in their memory, their images are small. */
const shadow = { capabilities: { shadow: true } };

/** 8 MiB of guest: what is saved goes through memory here. */
async function smallDomain(
  host: SimulatedHost,
  { type = 'pv', cmdline = '' }: Partial<Pick<DomainConfig, 'type' | 'cmdline'>> = {},
): Promise<Domain> {
  await createDomain(host, sampleConfig(host, { type, cmdline, memoryKib: 8192, maxMemoryKib: 8192 }));
  return resolveDomain(host, 'web1');
}

async function save(
  host: SimulatedHost,
  domain: Domain,
  options?: SourceOptions,
): Promise<{ image: Buffer; report: SaveReport; progress: SaveProgress[] }> {
  const sink = new PassThrough();
  const progress: SaveProgress[] = [];
  const saving = domainSource(host, domain, options).save(sink, {
    signal: never,
    onProgress: (p) => progress.push(p),
  });
  const [image, report] = await Promise.all([buffer(sink), saving]);
  return { image, report, progress };
}

/** All domains but dom0. They are idle: an idle one is "blocked". */
async function guests(host: SimulatedHost): Promise<Domain[]> {
  return (await listDomains(host)).filter(({ domid }) => domid !== 0);
}

const reasonOf = ({ machine }: SimulatedHost): string | undefined => machine.domains.get(1)?.shutdownReason;

describe('domainSource', () => {
  it('describes what it would save', async () => {
    await using host = await createSimulatedHost();
    const domain = await smallDomain(host, { type: 'pvh' });
    const { configJson, ...offer } = await domainSource(host, domain).describe();
    expect(JSON.parse(configJson)).toMatchObject({ c_info: { name: 'web1', uuid: domain.uuid } });
    expect(offer).toMatchObject({
      name: 'web1',
      uuid: domain.uuid,
      type: 'pvh',
      memoryBytes: domain.memoryKib * 1024,
      maxMemoryBytes: 2 ** 23,
      vcpus: 2,
      live: true,
      xen: '4.17.7',
    });
  });

  it('writes a whole image and leaves the guest suspended', async () => {
    await using host = await createSimulatedHost(shadow);
    const domain = await smallDomain(host);
    const { memory } = host.machine.domains.get(1)!;
    /** The pages that the guest writes while a round is sent. */
    const writes = [400, 10];
    const precopy: PrecopyPolicy = (stats) => {
      const pages = stats.dirtyPages === undefined ? 0 : (writes.shift() ?? 0);
      for (let page = 0; page < pages; page++)
        memory.writeRecipe(1024 + page, { seed: 1, version: pages, entropy: 'random' });
      return defaultPrecopyPolicy(stats);
    };
    const { image, report, progress } = await save(host, domain, { precopy });
    const opened = await openImage(Readable.from([image]), { expect: () => ({ type: 'pv' }) });
    expect(JSON.parse(opened.configJson)).toMatchObject({ c_info: { uuid: domain.uuid } });
    await buffer(opened.libxc);
    await opened.finish();

    expect(report).toMatchObject({ iterations: 3, bytes: image.length });
    expect(report.pages).toBeGreaterThanOrEqual(2048 + 400 + 10);
    expect(report.pages).toBeLessThan(2048 + 400 + 10 + 50);
    expect(reasonOf(host)).toBe('suspend');
    const phases = progress.map(({ phase, iteration }) => `${phase} ${iteration}`);
    expect([...new Set(phases)]).toEqual([
      'precopy 1',
      'precopy 2',
      'precopy 3',
      'suspending 3',
      'stop-and-copy 3',
      'finishing 3',
    ]);
    expect(progress[0]).toMatchObject({ remaining: 2 ** 23, total: 2 ** 23 });
    const second = progress.find(({ iteration }) => iteration === 2)?.dirtyBytes ?? 0;
    expect(second / 4096).toBeGreaterThanOrEqual(400);
    expect(progress.at(-1)).toMatchObject({ remaining: 0 });
  });

  it('saves a PV domain live only where Xen can tell what it has written to', async () => {
    await using host = await createSimulatedHost();
    const domain = await smallDomain(host);
    expect((await domainSource(host, domain).describe()).live).toBe(false);
    expect(await failure(domainSource(host, domain, { live: 'require' }).describe())).toMatchObject({
      code: 'DOMAIN_NOT_LIVE',
      kind: 'usage',
    });
    await using there = await createSimulatedHost(shadow);
    const same = await smallDomain(there);
    expect((await domainSource(there, same).describe()).live).toBe(true);
    expect((await domainSource(there, same, { live: 'never' }).describe()).live).toBe(false);
  });

  it('does not start when it cannot end well', async () => {
    await using host = await createSimulatedHost();
    const domain = await smallDomain(host);
    const trySave = (): Promise<VmToolsError> =>
      failure(domainSource(host, domain).save(new PassThrough(), control));
    await host.xen.domainPause(1);
    expect(await trySave()).toMatchObject({ code: 'DOMAIN_PAUSED' });
    await host.xen.domainUnpause(1);
    await host.store.write('/libxl/1/device/vdispl/0/backend', '/local/domain/0/backend/vdispl/1/0');
    await host.store.write('/libxl/1/device/vdispl/0/frontend', '/local/domain/1/device/vdispl/0');
    expect((await trySave()).message).toBe(
      'web1 cannot be saved: it has devices (vdispl 0), which cannot be moved yet',
    );
    await host.store.rm('/libxl/1/device/vdispl');
    host.machine.guestShutdown(1, 'crash');
    expect(await trySave()).toMatchObject({ code: 'DOMAIN_NOT_SAVABLE' });
    expect(host.faults.calls.has('domainSave')).toBe(false);
  });

  it('lets the guest run on when its stream breaks', async () => {
    await using host = await createSimulatedHost(shadow);
    const domain = await smallDomain(host);
    const before = await host.snapshot();
    for (const at of [0, 1000, 2 ** 20, 2 ** 23 + 30_000]) {
      host.faults.add({ call: 'domainSave', errno: 'EIO', at });
      const error = await failure(domainSource(host, domain).save(new PassThrough().resume(), control));
      expect(error).toMatchObject({
        code: 'XEN_CALL_FAILED',
        guest: { domid: 1, state: 'still running here' },
      });
      expect(reasonOf(host)).toBeUndefined();
    }
    expect(await host.snapshot()).toEqual(before);
  });

  it('tells the cause when the guest does not suspend', async () => {
    await using host = await createSimulatedHost();
    const domain = await smallDomain(host, { cmdline: 'sim.suspend=rude' });
    const sink = new PassThrough().resume();
    const error = await failure(domainSource(host, domain, { suspendTimeoutMs: 5 }).save(sink, control));
    expect(error).toMatchObject({ code: 'DOMAIN_SUSPEND_TIMEOUT', guest: { state: 'still running here' } });
  });

  it.each(['precopy', 'suspending', 'stop-and-copy'] as const)(
    'lets the guest run on when it is interrupted in phase %s',
    async (phase) => {
      await using host = await createSimulatedHost(shadow);
      const domain = await smallDomain(host);
      const abort = new AbortController();
      const onProgress = (progress: SaveProgress): void =>
        progress.phase === phase ? abort.abort() : undefined;
      const sink = new PassThrough().resume();
      const error = await failure(
        domainSource(host, domain).save(sink, { signal: abort.signal, onProgress }),
      );
      expect(error).toMatchObject({ kind: 'interrupted', guest: { state: 'still running here' } });
      expect(reasonOf(host)).toBeUndefined();
    },
  );

  it('knows a full disk when it meets one, and lets the guest run on', async () => {
    await using host = await createSimulatedHost();
    const domain = await smallDomain(host);
    let room = 2 ** 18;
    const disk = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        room -= chunk.length;
        done(
          room > 0
            ? null
            : Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
        );
      },
    });
    const error = await failure(domainSource(host, domain).save(disk, control));
    expect(error).toMatchObject({
      code: 'DOMAIN_SAVE_FAILED',
      kind: 'resource',
      guest: { state: 'still running here' },
    });
    expect(error.message).toBe('web1 could not be saved: ENOSPC: no space left on device, write');
  });

  it('says that the guest is suspended when it cannot be resumed', async () => {
    await using host = await createSimulatedHost();
    const domain = await smallDomain(host);
    host.faults.add({ call: 'domainResume', errno: 'EBUSY', times: 10 });
    const abort = new AbortController();
    const onProgress = ({ phase }: SaveProgress): void =>
      phase === 'stop-and-copy' ? abort.abort() : undefined;
    const error = await failure(
      domainSource(host, domain).save(new PassThrough().resume(), { signal: abort.signal, onProgress }),
    );
    expect(error).toMatchObject({ guest: { state: 'suspended here' } });
    expect(error.leftovers).toEqual([expect.stringContaining('web1 is suspended and could not be resumed')]);
  });
});

describe('domainTarget', () => {
  it.each(['pv', 'pvh'] as const)('brings to life what a source has saved: %s', async (type) => {
    await using here = await createSimulatedHost();
    await using there = await createSimulatedHost();
    const domain = await smallDomain(here, { type });
    const source = domainSource(here, domain);
    const target = domainTarget(there);
    await target.reserve(await source.describe());
    const wire = new PassThrough();
    await Promise.all([source.save(wire, control), target.restore(wire, { signal: never })]);
    expect(await guests(there)).toMatchObject([{ name: 'web1', type, uuid: domain.uuid, state: 'incoming' }]);
    expect(await target.start()).toEqual({ domid: 1 });
    await source.destroy();
    expect(await guests(there)).toMatchObject([{ state: 'blocked', vcpus: 2 }]);
    expect(there.consoleOf(1)).toContain('sim: resumed in a new domain');
    expect(await guests(here)).toEqual([]);
    expect(there.faults.calls.has('cpuidApplyPolicy')).toBe(false);
  });

  it('leaves nothing behind when it is abandoned, and can stay paused under another name', async () => {
    await using here = await createSimulatedHost();
    await using there = await createSimulatedHost();
    const { image } = await save(here, await smallDomain(here));
    const before = await there.snapshot();
    const target = domainTarget(there, { paused: true, name: 'copy' });
    await target.restore(Readable.from([image]), { signal: never });
    await target.start();
    expect(await guests(there)).toMatchObject([{ name: 'copy', state: 'paused' }]);
    await target.abandon();
    await target.abandon();
    expect(await there.snapshot()).toEqual(before);
  });

  it('says what could not be removed', async () => {
    await using here = await createSimulatedHost();
    await using there = await createSimulatedHost();
    const { image } = await save(here, await smallDomain(here));
    const target = domainTarget(there);
    await target.restore(Readable.from([image]), { signal: never });
    there.faults.add({ call: 'domainDestroy', errno: 'EPERM', times: 9 });
    expect(await failure(target.abandon())).toMatchObject({
      code: 'DOMAIN_NOT_ABANDONED',
      hint: expect.stringContaining('vm-destroy'),
      leftovers: [expect.stringContaining('domain')],
    });
  });

  it.each([
    ['truncated', (image: Buffer) => image.subarray(0, image.length - 20_000), /^STREAM_TRUNCATED/],
    ['changed', (image: Buffer) => Buffer.from(image).fill(0xff, 800, 1200), /^STREAM_/],
    ['something else', () => Buffer.alloc(4096, 'x'), /^STREAM_/],
  ])('refuses an image that is %s', async (_what, spoil, code) => {
    await using here = await createSimulatedHost();
    await using there = await createSimulatedHost();
    const { image } = await save(here, await smallDomain(here));
    const before = await there.snapshot();
    const error = await failure(
      domainTarget(there).restore(Readable.from([spoil(image)]), { signal: never }),
    );
    expect(error).toMatchObject({ code: expect.stringMatching(code), kind: 'corrupt' });
    expect(await there.snapshot()).toEqual(before);
  });

  it('refuses an offer that it cannot take', async () => {
    await using host = await createSimulatedHost();
    const domain = await smallDomain(host);
    const offer = await domainSource(host, domain).describe();
    expect(await failure(domainTarget(host).reserve(offer))).toMatchObject({ code: 'DOMAIN_NAME_TAKEN' });
    expect(await failure(domainTarget(host, { name: 'web2' }).reserve(offer))).toMatchObject({
      code: 'DOMAIN_UUID_TAKEN',
    });
    await using small = await createSimulatedHost({ memory: '4M' });
    expect(await failure(domainTarget(small).reserve(offer))).toMatchObject({
      code: 'DOMAIN_NO_MEMORY',
      kind: 'resource',
    });
    expect(
      await failure(domainTarget(small).reserve({ ...offer, configJson: '{"c_info":1}' })),
    ).toMatchObject({
      kind: 'corrupt',
    });
    const configJson = offer.configJson.replace('"web1"', '"42"');
    await using other = await createSimulatedHost();
    expect(await failure(domainTarget(other).reserve({ ...offer, name: '42', configJson }))).toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      hint: 'give it another name where it runs: xl rename',
    });
  });

  it('refuses an image of another domain than was offered, before anything is made', async () => {
    await using here = await createSimulatedHost();
    const domain = await smallDomain(here);
    const honest = await domainSource(here, domain).describe();
    const { image } = await save(here, domain);
    const lies: [field: string, Partial<Offer>][] = [
      ['name', { name: 'web2' }],
      ['uuid', { uuid: '11111111-2222-3333-4444-555555555555' }],
      ['type', { type: 'pvh' }],
      ['maxMemoryBytes', { maxMemoryBytes: 2 ** 22 }],
    ];
    for (const [field, lie] of lies) {
      await using there = await createSimulatedHost();
      const target = domainTarget(there);
      const refused = { code: 'DOMAIN_NOT_AS_OFFERED', kind: 'corrupt', details: { field } };
      expect(await failure(target.reserve({ ...honest, ...lie }))).toMatchObject(refused);

      const config = JSON.parse(honest.configJson) as { c_info: object; b_info: object };
      Object.assign(config.c_info, field === 'maxMemoryBytes' ? {} : { [field]: lie[field as keyof Offer] });
      if (field === 'maxMemoryBytes') Object.assign(config.b_info, { max_memkb: 4096, target_memkb: 4096 });
      const before = await there.snapshot();
      await target.reserve({ ...honest, ...lie, configJson: JSON.stringify(config) });
      expect(await failure(target.restore(Readable.from([image]), { signal: never }))).toMatchObject(refused);
      expect(await there.snapshot()).toEqual(before);
    }
  });

  it('refuses the record with which an image exceeds what its configuration has', async () => {
    await using here = await createSimulatedHost();
    const { image } = await save(here, await smallDomain(here));
    const text = image.toString('latin1');
    const less = Buffer.from(
      text
        .replace('"max_memkb": 8192', '"max_memkb": 4096')
        .replace('"target_memkb": 8192', '"target_memkb": 4096'),
      'latin1',
    );
    await using there = await createSimulatedHost();
    const failed = await failure(domainTarget(there).restore(Readable.from([less]), { signal: never }));
    expect(failed).toMatchObject({
      code: 'STREAM_TOO_LARGE',
      kind: 'corrupt',
      details: { record: 'PAGE_DATA', recordIndex: expect.any(Number), offset: expect.any(Number) },
    });
  });

  it('comes under the name that it has now', async () => {
    await using here = await createSimulatedHost();
    await using there = await createSimulatedHost();
    const domain = await smallDomain(here);
    await here.store.write(`/local/domain/${domain.domid}/name`, 'renamed');
    const renamed = { ...domain, name: 'renamed' };
    const offer = await domainSource(here, renamed).describe();
    expect(offer.name).toBe('renamed');
    expect(JSON.parse(offer.configJson)).toMatchObject({ c_info: { name: 'renamed' } });
    const { image } = await save(here, renamed);
    const target = domainTarget(there);
    await target.reserve(offer);
    await target.restore(Readable.from([image]), { signal: never });
    expect(await there.nameOf(target.domid!)).toBe('renamed');
  });

  it('leaves nothing behind when Xen gives up half way', async () => {
    await using here = await createSimulatedHost();
    await using there = await createSimulatedHost();
    const { image } = await save(here, await smallDomain(here));
    const before = await there.snapshot();
    for (const at of [0, 1000, 2 ** 20, 2 ** 23]) {
      there.faults.add({ call: 'domainRestore', errno: 'ENOMEM', at });
      const restored = domainTarget(there).restore(Readable.from([image]), { signal: never });
      expect(await failure(restored)).toMatchObject({
        code: 'XEN_NO_MEMORY',
        guest: { name: 'web1', state: 'not created here' },
        leftovers: [],
      });
      expect(await there.snapshot()).toEqual(before);
    }
  });

  it('passes on what broke the stream', async () => {
    await using here = await createSimulatedHost();
    await using there = await createSimulatedHost();
    const { image } = await save(here, await smallDomain(here));
    const before = await there.snapshot();
    const lost = new VmToolsError({ code: 'XFR_PEER_LOST', kind: 'peer', message: 'the other end is gone' });
    async function* broken(): AsyncGenerator<Buffer> {
      yield image.subarray(0, image.length / 2);
      throw lost;
    }
    const error = await failure(domainTarget(there).restore(Readable.from(broken()), { signal: never }));
    expect(error).toMatchObject({ code: 'XFR_PEER_LOST' });
    expect(await there.snapshot()).toEqual(before);
  });
});
