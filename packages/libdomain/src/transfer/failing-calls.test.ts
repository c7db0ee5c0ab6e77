import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { setDomain } from '../actions/set-domain.ts';
import { toLibxlJson } from '../image-config/index.ts';
import type { DomainSettings } from '../settings/settings.ts';
import { expectNamed, expectUnchanged, tryEachCall } from '../testing/each-call.ts';
import { sampleConfig, sampleDomain } from '../testing/sample-config.ts';
import type { Offer, Source } from '@vm-tools/ports';
import { domainSource } from './source/source.ts';
import { domainTarget, type DomainTarget } from './target/target.ts';

/** A guest that is being saved. */
interface Saving {
  readonly source: Source;
  image: Buffer;
}

async function saving(host: SimulatedHost, settings: DomainSettings = {}): Promise<Saving> {
  const domain = await sampleDomain(host, { type: 'pv' });
  await setDomain(host, domain, settings);
  return { source: domainSource(host, domain), image: Buffer.alloc(0) };
}

async function save(subject: Saving, signal: AbortSignal): Promise<void> {
  subject.image = Buffer.alloc(0);
  const sink = new PassThrough();
  const image = buffer(sink).catch(() => Buffer.alloc(0));
  try {
    await subject.source.save(sink, { signal, onProgress: () => undefined });
  } finally {
    sink.end();
  }
  subject.image = await image;
}

test('save', async () => {
  await tryEachCall({
    prepare: saving,
    async act(_host, subject, signal) {
      await save(subject, signal);
      await subject.source.destroy();
    },
    check(failure) {
      if (failure.subject.image.length > 0) expectNamed(failure);
      else expectUnchanged(failure, 'still running here');
    },
    async finish(_host, { source, image }) {
      if (image.length > 0) await source.destroy();
    },
  });
});

test('save while the guest runs', async () => {
  await tryEachCall({
    capabilities: { shadow: true }, // without it Xen cannot tell what a PV guest writes
    prepare: saving,
    act: (_host, subject, signal) => save(subject, signal),
  });
});

test('checkpoint', async () => {
  await tryEachCall({
    prepare: saving,
    async act(_host, subject, signal) {
      await save(subject, signal);
      await subject.source.resume();
    },
    check(failure) {
      const { error, subject } = failure;
      if (subject.image.length === 0) expectUnchanged(failure, 'still running here');
      else expect(error.guest?.state).toMatch(/^(suspended|still running) here$/);
    },
    finish: (_host, { source }) => source.resume(),
  });
});

test('look at what would be sent', async () => {
  await tryEachCall({ prepare: saving, act: (_host, { source }) => source.describe() });
});

/** A guest that comes from somewhere else. */
interface Coming {
  readonly target: DomainTarget;
  readonly image: Buffer;
}

let images: Promise<Buffer> | undefined;

/** The image of a guest of another host, made once. */
function sampleImage(): Promise<Buffer> {
  images ??= (async () => {
    await using host = await createSimulatedHost();
    const subject = await saving(host, { weight: 512, pin: { vcpu: 0, cpus: [1] } });
    await save(subject, new AbortController().signal);
    return subject.image;
  })();
  return images;
}

async function coming(host: SimulatedHost): Promise<Coming> {
  return { target: domainTarget(host), image: await sampleImage() };
}

const offerTo = (host: SimulatedHost): Offer => ({
  name: 'web1',
  uuid: '11111111-2222-3333-4444-555555555555',
  type: 'pvh',
  memoryBytes: 2 ** 26,
  maxMemoryBytes: 2 ** 26,
  vcpus: 1,
  live: false,
  xen: '4.17.7',
  configJson: toLibxlJson(sampleConfig(host, { uuid: '11111111-2222-3333-4444-555555555555' })),
});

test('restore', async () => {
  await tryEachCall({
    prepare: coming,
    async act(_host, { target, image }, signal) {
      await target.restore(Readable.from([image]), { signal, transferId: 'transfer-1' });
      await target.release();
    },
    check: (failure) => expectUnchanged(failure, 'not created here'),
  });
});

test('reserve', async () => {
  await tryEachCall({
    prepare: coming,
    async act(host, { target }) {
      await target.reserve(offerTo(host));
      await target.abandon();
    },
    check: ({ error, before, after }) => expect([error.leftovers, after]).toEqual([[], before]),
  });
});

async function restored(host: SimulatedHost): Promise<Coming> {
  const subject = await coming(host);
  await subject.target.restore(Readable.from([subject.image]), { signal: new AbortController().signal });
  return subject;
}

test('start what was restored', async () => {
  await tryEachCall({
    prepare: restored,
    act: (_host, { target }) => target.start(),
    check: (failure) => expectUnchanged(failure, 'paused here'),
  });
});

test('abandon what was restored', async () => {
  await tryEachCall({
    prepare: restored,
    act: (_host, { target }) => target.abandon(),
    check: expectNamed,
    finish: (_host, { target }) => target.abandon(),
  });
});
