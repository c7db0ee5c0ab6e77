import { describe, expect, test } from '@jest/globals';
import { VmToolsError, type FailureKind } from '@vm-tools/errors';
import { createMessages, type Messages } from '../output/messages.ts';
import { forEachDomain, type DomainOutcome } from './for-each-domain.ts';

interface Frame {
  readonly program: string;
  readonly messages: Messages;
  readonly signal: AbortSignal;
  readonly said: readonly string[];
}

function frame({ json = false, signal = new AbortController().signal } = {}): Frame {
  const said: string[] = [];
  const messages = createMessages({ program: 'tool', json, stream: { write: (text) => said.push(text) } });
  return { program: 'tool', messages, signal, said };
}

const done = (name: string): DomainOutcome => ({ value: { name }, line: `${name}: done` });

const failed = (name: string, kind: FailureKind = 'failure'): VmToolsError =>
  new VmToolsError({ code: 'NAME_FAILED', kind, message: `${name} does not`, hint: 'ask it again' });

describe('one domain', () => {
  test('is answered by its result alone, and by its error', async () => {
    expect(await forEachDomain(frame(), ['a'], async (name) => done(name))).toEqual({
      value: { name: 'a' },
      isReport: false,
    });
    const text = async (name: string): Promise<DomainOutcome> => ({ ...done(name), text: 'all of it' });
    expect(await forEachDomain(frame(), ['a'], text, { isReport: true })).toEqual({
      value: { name: 'a' },
      text: 'all of it',
      isReport: true,
    });
    const error = failed('a');
    await expect(forEachDomain(frame(), ['a'], () => Promise.reject(error))).rejects.toBe(error);
  });

  test('is a list where a list was asked for', async () => {
    const outcome = await forEachDomain(frame(), ['a'], async (name) => done(name), { isList: true });
    expect(outcome).toEqual({ value: [{ name: 'a' }], text: 'a: done', isReport: false });
    const none = await forEachDomain(frame(), [], async (name) => done(name), { isList: true });
    expect(none).toEqual({ value: [], text: '', isReport: false });
  });
});

describe('several domains', () => {
  test('are answered in the order given, whichever ends first', async () => {
    const ends = new Map(['a', 'b', 'c'].map((name) => [name, Promise.withResolvers<DomainOutcome>()]));
    const outcome = forEachDomain(frame(), ['a', 'b', 'c'], (name) => ends.get(name)!.promise);
    for (const [name, { resolve }] of [...ends].reverse()) resolve(done(name));
    expect(await outcome).toEqual({
      value: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      text: 'a: done\nb: done\nc: done',
      isReport: false,
    });
  });

  test('of which one fails are done but for that one', async () => {
    const act = async (name: string): Promise<DomainOutcome> => {
      if (name === 'b') throw failed(name, 'timeout');
      return done(name);
    };
    const { said, ...forPeople } = frame();
    expect(await forEachDomain(forPeople, ['a', 'b', 'c'], act)).toEqual({
      value: [{ name: 'a' }, { domain: 'b', error: expect.any(VmToolsError) }, { name: 'c' }],
      text: 'a: done\nc: done',
      failure: 'timeout',
      isReport: false,
    });
    expect(said).toEqual(['tool: b does not [NAME_FAILED]\nhint: ask it again\n']);

    const program = frame({ json: true });
    await forEachDomain(program, ['a', 'b', 'c'], act);
    expect(program.said).toEqual([]); // the result has it
  });

  test.each<[kinds: FailureKind[], status: FailureKind]>([
    [['timeout', 'no-domain'], 'timeout'],
    [['no-domain', 'uncertain', 'timeout'], 'uncertain'],
  ])('that fail as %j give the exit status of %s', async (kinds, failure) => {
    const words = kinds.map((_, index) => String(index));
    const act = (word: string): Promise<never> => Promise.reject(failed(word, kinds[Number(word)]));
    expect(await forEachDomain(frame(), words, act)).toMatchObject({ failure });
  });

  test('that have no line each are told at length, one after the other', async () => {
    const act = async (name: string): Promise<DomainOutcome> => ({ value: {}, text: `${name}\nat length` });
    expect(await forEachDomain(frame(), ['a', 'b'], act, { isReport: true })).toMatchObject({
      text: 'a\nat length\n\nb\nat length',
    });
  });

  test('named twice in the same words are meant once', async () => {
    const seen: string[] = [];
    const act = async (name: string): Promise<DomainOutcome> => {
      seen.push(name);
      return done(name);
    };
    expect(await forEachDomain(frame(), ['a', 'a'], act)).toMatchObject({ value: [{ name: 'a' }] });
    expect(seen).toEqual(['a']);
  });

  test('are no more at the same time than may be', async () => {
    let [now, most] = [0, 0];
    const act = async (name: string): Promise<DomainOutcome> => {
      most = Math.max(most, (now += 1));
      await Promise.resolve();
      now -= 1;
      return done(name);
    };
    await forEachDomain(frame(), ['a', 'b', 'c', 'd', 'e', 'f'], act, { atOnce: 2 });
    expect(most).toBe(2);
  });

  test('are not begun after an interruption, and each says so', async () => {
    const controller = new AbortController();
    const act = async (name: string): Promise<DomainOutcome> => {
      controller.abort();
      return done(name);
    };
    const interrupted = frame({ signal: controller.signal });
    const outcome = await forEachDomain(interrupted, ['a', 'b'], act, { atOnce: 1 });
    expect(outcome).toMatchObject({
      value: [{ name: 'a' }, { domain: 'b', error: { code: 'INTERRUPTED' } }],
      failure: 'interrupted',
    });
  });
});
