import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { memoryJournals } from '../journal/open-journals.ts';
import { resolveTransfer } from '../recovery/resolve-transfer.ts';
import { receiveFromPeer } from '../target/receive.ts';
import { FakeSource, type FakeSourceInit } from '../testing/fake-source.ts';
import { FakeTarget, type FakeTargetInit } from '../testing/fake-target.ts';
import { LINKS, type Link } from '../testing/links.ts';
import { saveToFile } from './save-to-file.ts';
import { sendToPeer } from './send.ts';

/** A tool that knows none of our locks does this to the guest, just before it is confirmed for the nth time. */
const meanwhile = (count: number, state: FakeSource['state']): FakeSourceInit => ({
  onConfirm: (guest, now) => {
    if (now === count) guest.state = state;
  },
});

async function transfer(source: FakeSource, init: FakeTargetInit = {}) {
  const link = (await LINKS['memory']?.()) as Link;
  const target = new FakeTarget(init);
  const journals = memoryJournals();
  const timeouts = { lingerMs: 20 };
  const [sent] = await Promise.allSettled([
    sendToPeer(source, link.source, { timeouts, journals }),
    receiveFromPeer(link.target, () => target, { timeouts }),
  ]);
  const { records } = await journals.list();
  const error = sent.status === 'rejected' ? (sent.reason as VmToolsError) : undefined;
  return { error, target, journals, record: records[0] };
}

const fail = (): never => {
  throw new VmToolsError({ code: 'DOMAIN_NO_MEMORY', kind: 'resource', message: 'no memory' });
};

describe('a transfer whose guest another toolstack', () => {
  test('resumes before it is committed is given up, and the guest is not resumed again', async () => {
    const source = new FakeSource(meanwhile(1, 'running'));
    const { error, target, record } = await transfer(source);
    expect(source.calls).toEqual(['describe', 'save']);
    expect([source.state, target.state]).toEqual(['running', 'abandoned']);
    expect(error).toMatchObject({
      code: 'GUEST_CHANGED',
      message: 'web1 is running here: xl did it',
      guest: { name: 'web1', state: 'running on the source again' },
    });
    expect(record).toBeUndefined(); // it has ended, and neither end can have relied on it
  });

  test('destroys before it is committed is given up, and said to be gone', async () => {
    const source = new FakeSource(meanwhile(1, 'destroyed'));
    const { error, target } = await transfer(source);
    expect([source.state, target.state]).toEqual(['destroyed', 'abandoned']);
    expect(error).toMatchObject({
      code: 'GUEST_CHANGED',
      guest: { state: 'not on the source any more' },
    });
  });

  test('resumes while the target fails is not resumed, and both are told', async () => {
    const source = new FakeSource(meanwhile(1, 'running'));
    const { error } = await transfer(source, { onRestored: fail });
    expect(source.calls).toEqual(['describe', 'save']);
    expect(error).toMatchObject({
      code: 'XFR_PEER_ABORTED',
      kind: 'resource',
      message: expect.stringMatching(/no memory; and web1 is running here: xl did it$/),
      guest: { state: 'running on the source again' },
    });
  });

  test('resumes after it was committed is not destroyed: that two run is told, until its owner says which', async () => {
    const source = new FakeSource(meanwhile(2, 'running'));
    const { error, target, journals, record } = await transfer(source);
    expect([source.state, target.state]).toEqual(['running', 'running']);
    expect(error).toMatchObject({ code: 'XFR_TWO_RUNNING', kind: 'uncertain', side: 'source' });
    expect(record?.state).toBe('confirmed');

    const id = record?.id ?? '';
    const finder = { findSource: async () => source, findTarget: async () => undefined };
    await expect(resolveTransfer(id, { journals, finder })).rejects.toMatchObject({
      code: 'XFR_TWO_RUNNING',
    });
    expect(source.state).toBe('running');
    await resolveTransfer(id, { journals, finder, owner: 'there' });
    expect([source.state, (await journals.read(id))?.state]).toEqual(['destroyed', 'moved']);
  });

  test('destroys after it was committed has come to its end', async () => {
    const source = new FakeSource(meanwhile(2, 'destroyed'));
    const { error, record } = await transfer(source);
    expect([error, record?.state]).toEqual([undefined, 'moved']);
    expect(source.calls).not.toContain('destroy');
  });
});

describe('a save whose guest another toolstack', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xfr-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const save = (source: FakeSource, afterwards: 'resume' | 'destroy'): Promise<VmToolsError> =>
    saveToFile(source, join(folder, 'web1.img'), { afterwards }).then(
      () => Promise.reject(new Error('nothing has failed')),
      (thrown: unknown) => thrown as VmToolsError,
    );

  test.each(['resume', 'destroy'] as const)('resumes too early leaves no file (%s)', async (afterwards) => {
    const source = new FakeSource(meanwhile(1, 'running'));
    const error = await save(source, afterwards);
    expect(error).toMatchObject({ code: 'GUEST_CHANGED', guest: { state: 'running on the source again' } });
    expect(source.calls).toEqual(['describe', 'save']);
    expect(await readdir(folder)).toEqual([]);
  });

  test('resumes when the file is there says that there are two', async () => {
    const source = new FakeSource(meanwhile(2, 'running'));
    const error = await save(source, 'destroy');
    expect(error).toMatchObject({ code: 'GUEST_CHANGED', guest: { state: 'running on the source again' } });
    expect(error.leftovers).toEqual([
      'the image, which is whole: restore it only when the guest here is gone',
    ]);
    expect([source.state, await readdir(folder)]).toEqual(['running', ['web1.img']]);
  });
});
