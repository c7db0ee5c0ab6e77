import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { openImage } from '@vm-tools/xen-stream';
import { createDomain } from '../actions/create-domain.ts';
import { listDomains } from '../actions/list-domains.ts';
import type { Domain } from '../domain.ts';
import { failure } from '../testing/failure.ts';
import { fakeHost, sampleConfig, type FakeHost } from '../testing/fake-host.ts';
import type { SaveProgress, SaveReport } from './ports.ts';
import { domainSource, type SourceOptions } from './source.ts';
import { domainTarget } from './target.ts';

const never = new AbortController().signal;
const control = { signal: never, onProgress: () => undefined };

/** 1 MiB of guest: what is saved goes through memory here. */
async function smallDomain(host: FakeHost, type: 'pv' | 'pvh' = 'pvh'): Promise<Domain> {
  return createDomain(host, await sampleConfig(host, { type, memoryKib: 1024, maxMemoryKib: 1024 }));
}

async function save(
  host: FakeHost,
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

describe('domainSource', () => {
  it('describes what it would save', async () => {
    await using host = await fakeHost();
    const domain = await smallDomain(host);
    expect(await domainSource(host, domain).describe()).toMatchObject({
      name: 'web1',
      uuid: domain.uuid,
      type: 'pvh',
      memoryBytes: 2 ** 20,
      vcpus: 2,
      live: true,
      xen: '4.17.7',
      config: { c_info: { name: 'web1', uuid: domain.uuid } },
    });
  });

  it('writes a whole image and leaves the guest suspended', async () => {
    await using host = await fakeHost();
    const domain = await smallDomain(host);
    const { image, report, progress } = await save(host, domain);
    const opened = await openImage(Readable.from([image]), { expect: () => 'pvh' });
    expect(JSON.parse(opened.configJson)).toMatchObject({ c_info: { uuid: domain.uuid } });
    await buffer(opened.libxc);
    await opened.finish();

    expect(report).toMatchObject({ iterations: 3, bytes: image.length, pages: 256 + 400 + 10 + 16 + 2 });
    expect(host.xen.domains.get(1)?.shutdownReason).toBe('suspend');
    const phases = progress.map(({ phase, iteration }) => `${phase} ${iteration}`);
    expect([...new Set(phases)]).toEqual([
      'precopy 1',
      'precopy 2',
      'precopy 3',
      'suspending 3',
      'stop-and-copy 3',
      'finishing 3',
    ]);
    expect(progress[0]).toMatchObject({ remaining: 2 ** 20, total: 2 ** 20 });
    expect(progress.find(({ iteration }) => iteration === 2)).toMatchObject({ dirtyBytes: 400 * 4096 });
    expect(progress.at(-1)).toMatchObject({ remaining: 0 });
  });

  it('saves a PV domain live only where Xen can tell what it has written to', async () => {
    await using host = await fakeHost();
    const domain = await smallDomain(host, 'pv');
    expect((await domainSource(host, domain).describe()).live).toBe(false);
    expect(await failure(domainSource(host, domain, { live: 'require' }).describe())).toMatchObject({
      code: 'DOMAIN_NOT_LIVE',
      kind: 'usage',
    });
    host.xen.capabilities = { ...host.xen.capabilities, shadow: true };
    expect((await domainSource(host, domain).describe()).live).toBe(true);
    expect((await domainSource(host, domain, { live: 'never' }).describe()).live).toBe(false);
  });

  it('does not start when it cannot end well', async () => {
    await using host = await fakeHost();
    const domain = await smallDomain(host);
    const trySave = (): Promise<VmToolsError> =>
      failure(domainSource(host, domain).save(new PassThrough(), control));
    host.xen.domains.get(1)!.pauses = 1;
    expect(await trySave()).toMatchObject({ code: 'DOMAIN_PAUSED' });
    host.xen.domains.get(1)!.pauses = 0;
    host.store.others.write('/libxl/1/device/vif/0/backend', '/local/domain/0/backend/vif/1/0');
    host.store.others.write('/libxl/1/device/vif/0/frontend', '/local/domain/1/device/vif/0');
    expect((await trySave()).message).toBe(
      'web1 cannot be saved: it has devices (vif 0), which cannot be moved yet',
    );
    await host.store.rm('/libxl/1/device/vif');
    host.xen.guestShutsDown(1, 'crash');
    expect(await trySave()).toMatchObject({ code: 'DOMAIN_NOT_SAVABLE' });
    expect(host.faults.calls).not.toContain('xen.domainSave');
  });

  it.each(['xen.domainSave', 'store.transactionEnd', 'store.watch'])(
    'lets the guest run on when %s fails',
    async (broken) => {
      await using host = await fakeHost();
      const domain = await smallDomain(host);
      host.faults.broken = broken;
      const sink = new PassThrough().resume();
      const error = await failure(domainSource(host, domain, { suspendTimeoutMs: 20 }).save(sink, control));
      expect(error.guest).toMatchObject({ domid: 1, state: 'still running here' });
      expect(host.xen.domains.get(1)?.shutdownReason).toBeUndefined();
    },
  );

  it('tells the cause when the guest does not suspend', async () => {
    await using host = await fakeHost();
    const domain = await smallDomain(host);
    host.manners = 'rude';
    const sink = new PassThrough().resume();
    const error = await failure(domainSource(host, domain, { suspendTimeoutMs: 5 }).save(sink, control));
    expect(error).toMatchObject({ code: 'DOMAIN_SUSPEND_TIMEOUT', guest: { state: 'still running here' } });
  });

  it.each(['precopy', 'suspending', 'stop-and-copy'] as const)(
    'lets the guest run on when it is interrupted in phase %s',
    async (phase) => {
      await using host = await fakeHost();
      const domain = await smallDomain(host);
      const abort = new AbortController();
      const onProgress = (progress: SaveProgress): void =>
        progress.phase === phase ? abort.abort() : undefined;
      const sink = new PassThrough().resume();
      const error = await failure(
        domainSource(host, domain).save(sink, { signal: abort.signal, onProgress }),
      );
      expect(error).toMatchObject({ kind: 'interrupted', guest: { state: 'still running here' } });
      expect(host.xen.domains.get(1)?.shutdownReason).toBeUndefined();
    },
  );

  it('knows a full disk when it meets one, and lets the guest run on', async () => {
    await using host = await fakeHost();
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
    await using host = await fakeHost();
    const domain = await smallDomain(host);
    host.faults.broken = 'xen.domainResume';
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
  it('brings to life what a source has saved', async () => {
    await using here = await fakeHost();
    await using there = await fakeHost();
    const domain = await smallDomain(here);
    const source = domainSource(here, domain);
    const target = domainTarget(there);
    await target.reserve(await source.describe());
    const wire = new PassThrough();
    await Promise.all([source.save(wire, control), target.restore(wire, { signal: never })]);
    expect(await listDomains(there)).toMatchObject([
      { name: 'web1', uuid: domain.uuid, state: 'paused', vcpus: 2 },
    ]);
    expect(await target.start()).toEqual({ domid: 1 });
    await source.destroy();
    expect(await listDomains(there)).toMatchObject([{ state: 'running' }]);
    expect(await listDomains(here)).toEqual([]);
    expect(there.faults.calls).not.toContain('xen.cpuidApplyPolicy');
  });

  it('leaves nothing behind when it is abandoned, and can stay paused under another name', async () => {
    await using here = await fakeHost();
    await using there = await fakeHost();
    const { image } = await save(here, await smallDomain(here));
    const before = await there.state();
    const target = domainTarget(there, { paused: true, name: 'copy' });
    await target.restore(Readable.from([image]), { signal: never });
    await target.start();
    expect(await listDomains(there)).toMatchObject([{ name: 'copy', state: 'paused' }]);
    await target.abandon();
    await target.abandon();
    expect(await there.state()).toEqual(before);
  });

  it('leaves nothing behind whichever call fails', async () => {
    await using here = await fakeHost();
    await using there = await fakeHost();
    const { image } = await save(here, await smallDomain(here));
    const before = await there.state();
    for (let n = 1; ; n++) {
      there.faults.failNth(n);
      const target = domainTarget(there);
      const outcome = await target
        .restore(Readable.from([image]), { signal: never })
        .catch((error: unknown) => error);
      if (outcome === undefined) break;
      expect({ outcome, state: await there.state() }).toMatchObject({
        outcome: { leftovers: [], guest: { state: 'not created here' } },
        state: before,
      });
    }
    expect(there.faults.calls).toContain('xen.domainRestore');
  });

  it.each([
    ['truncated', (image: Buffer) => image.subarray(0, image.length - 20_000), /^STREAM_TRUNCATED/],
    ['changed', (image: Buffer) => Buffer.from(image).fill(0xff, 800, 1200), /^STREAM_/],
    ['something else', () => Buffer.alloc(4096, 'x'), /^STREAM_/],
  ])('refuses an image that is %s', async (_what, spoil, code) => {
    await using here = await fakeHost();
    await using there = await fakeHost();
    const { image } = await save(here, await smallDomain(here));
    const before = await there.state();
    const error = await failure(
      domainTarget(there).restore(Readable.from([spoil(image)]), { signal: never }),
    );
    expect(error).toMatchObject({ code: expect.stringMatching(code), kind: 'corrupt' });
    expect(await there.state()).toEqual(before);
  });

  it('refuses an offer that it cannot take', async () => {
    await using host = await fakeHost();
    const domain = await smallDomain(host);
    const offer = await domainSource(host, domain).describe();
    expect(await failure(domainTarget(host).reserve(offer))).toMatchObject({ code: 'DOMAIN_NAME_TAKEN' });
    expect(await failure(domainTarget(host, { name: 'web2' }).reserve(offer))).toMatchObject({
      code: 'DOMAIN_UUID_TAKEN',
    });
    await using small = await fakeHost({ totalMib: 4 });
    expect(await failure(domainTarget(small).reserve(offer))).toMatchObject({
      code: 'DOMAIN_NO_MEMORY',
      kind: 'resource',
    });
    expect(await failure(domainTarget(small).reserve({ ...offer, config: { c_info: 1 } }))).toMatchObject({
      kind: 'corrupt',
    });
  });

  it('passes on what broke the stream', async () => {
    await using here = await fakeHost();
    await using there = await fakeHost();
    const { image } = await save(here, await smallDomain(here));
    const before = await there.state();
    const lost = new VmToolsError({ code: 'XFR_PEER_LOST', kind: 'peer', message: 'the other end is gone' });
    async function* broken(): AsyncGenerator<Buffer> {
      yield image.subarray(0, image.length / 2);
      throw lost;
    }
    const error = await failure(domainTarget(there).restore(Readable.from(broken()), { signal: never }));
    expect(error).toMatchObject({ code: 'XFR_PEER_LOST' });
    expect(await there.state()).toEqual(before);
  });
});
