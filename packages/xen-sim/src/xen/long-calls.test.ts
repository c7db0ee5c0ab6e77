/** Saves and restores whose stream is asked for before they begin: a fault may come first, or be the end of them. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RestoreCall, SaveCall } from '@vm-tools/xc-native';
import { LibxcVerifier } from '@vm-tools/xen-stream';
import { Faults, type FaultRule } from '../faults/index.ts';
import {
  CONSOLE_PFN,
  emptyDomain,
  machineFor,
  pvhSpec,
  smallGuest,
  STORE_PFN,
  suspends,
} from '../image/testing/guest-host.ts';
import { savedStream } from '../image/testing/streams.ts';
import { SimXen } from './sim-xen.ts';

const machine = machineFor();
const frames = { storeFrame: BigInt(STORE_PFN), consoleFrame: BigInt(CONSOLE_PFN) };
let faults: Faults;
let xen: SimXen;

let image: Buffer;

beforeAll(async () => {
  image = await savedStream(machine, smallGuest(machine));
});

beforeEach(() => {
  faults = new Faults();
  xen = new SimXen(machine, faults);
});

/** The error of its end. */
const errorOf = (done: Promise<unknown>): Promise<unknown> =>
  done.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );

describe('domainSave', () => {
  const save = (rule: Omit<FaultRule, 'call'>): SaveCall & { readonly id: number } => {
    const id = faults.add({ call: 'domainSave', ...rule });
    const guest = smallGuest(machine);
    const spec = { live: false, suspend: suspends(machine, guest) };
    return { id, ...xen.domainSave(guest.domid, spec) };
  };

  test('one that begins late gives all bytes and the end', async () => {
    const { stream, done, id } = save({ hang: true });
    const bytes = buffer(stream);
    faults.remove(id);
    const verifier = new LibxcVerifier({ expect: 'pvh' });
    const all = await bytes;
    expect(verifier.push(all)).toBe(all.length);
    expect(verifier.isComplete).toBe(true);
    await done;
  });

  test('one that never begins fails with the cause, at both ends', async () => {
    const { stream, done } = save({ errno: 'ENOMEM' });
    const read = errorOf(buffer(stream));
    const cause = await errorOf(done);
    expect(cause).toMatchObject({ code: 'XEN_NO_MEMORY' });
    expect(await read).toBe(cause);
  });

  test('one that fails on its way fails with the cause', async () => {
    const { stream, done } = save({ at: 5000, errno: 'ENOSPC' });
    stream.resume();
    await expect(done).rejects.toMatchObject({ details: { errnoName: 'ENOSPC' } });
  });

  test('is told when the stream is given up before it begins, and cut when later', async () => {
    const early = save({ hang: true });
    early.stream.destroy();
    await expect(early.done).rejects.toMatchObject({ code: 'INTERRUPTED' });

    faults.clear();
    const late = save({ delayMs: 0 });
    await new Promise((resolve) => late.stream.once('data', resolve));
    late.stream.destroy();
    await expect(late.done).rejects.toMatchObject({ details: { errnoName: 'EPIPE' } });
  });
});

describe('domainRestore', () => {
  const restore = (rule: Omit<FaultRule, 'call'>): RestoreCall & { readonly id: number } => {
    const id = faults.add({ call: 'domainRestore', ...rule });
    return { id, ...xen.domainRestore(emptyDomain(machine).domid, pvhSpec) };
  };

  test('keeps bytes until it begins, and finishes when the restore has', async () => {
    const { sink, done, id } = restore({ hang: true });
    const written = pipeline(Readable.from([image]), sink);
    faults.remove(id);
    expect(await done).toEqual(frames);
    await written;
  });

  test('one that never begins fails with the cause, at both ends', async () => {
    const { sink, done } = restore({ errno: 'ENOMEM' });
    const written = errorOf(pipeline(Readable.from([image]), sink));
    const cause = await errorOf(done);
    expect(cause).toMatchObject({ code: 'XEN_NO_MEMORY' });
    expect(await written).toBe(cause);
  });

  test('one that fails on its way says why, not that its sink is closed', async () => {
    const { sink, done } = restore({ at: 5000, errno: 'EIO' });
    const written = errorOf(pipeline(Readable.from([image]), sink));
    const cause = await errorOf(done);
    expect(cause).toMatchObject({ details: { call: 'xc_domain_restore', errnoName: 'EIO' } });
    expect(await written).toBe(cause);
  });

  test('is told when the sink is given up before it begins, and cut when later', async () => {
    const early = restore({ hang: true });
    early.sink.destroy();
    await expect(early.done).rejects.toMatchObject({ code: 'INTERRUPTED' });

    faults.clear();
    const late = restore({ delayMs: 0 });
    late.sink.write(image.subarray(0, 1000));
    late.sink.destroy();
    await expect(late.done).rejects.toThrow('Failed to read');
  });
});
