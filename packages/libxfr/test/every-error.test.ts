import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { stepName, type OnStep } from '../src/commit/step.ts';
import type { TransferWarning } from '../src/events.ts';
import { sendToPeer } from '../src/source/send.ts';
import { receiveFromPeer } from '../src/target/receive.ts';
import { FakeSource, type FakeSourceInit } from '../src/testing/fake-source.ts';
import { FakeTarget } from '../src/testing/fake-target.ts';
import { LINKS, type Link } from '../src/testing/links.ts';
import { controlCases } from './errors/control-cases.ts';
import { fileCases } from './errors/file-cases.ts';
import { journalCases } from './errors/journal-cases.ts';
import { transferCases } from './errors/transfer-cases.ts';
import { transportCases } from './errors/transport-cases.ts';
import { xlCases } from './errors/xl-cases.ts';

const CASES = [
  ...transferCases,
  ...journalCases,
  ...fileCases,
  ...transportCases,
  ...controlCases,
  ...xlCases,
];

describe('every error, and how it is caused', () => {
  const errors = new Map<object, VmToolsError>();

  // Some must say that a peer did not answer in time: run at once, they take as long as the slowest.
  beforeAll(async () => {
    await Promise.all(CASES.map(async (each) => errors.set(each, await each.cause())));
  });

  test.each(CASES)('$code, when $when', (each) => {
    const error = errors.get(each);
    expect(error).toBeInstanceOf(VmToolsError);
    const { code, kind, retry, side, phase, guest } = error!;
    const { when: _, cause: __, ...expected } = each;
    expect({ code, kind, retry, side, phase, guest: guest?.state }).toEqual(expected);
    expect(error!.hint).toMatch(/\S/);
    expect(error!.message).toMatch(/[^.]$/);
  });
});

describe('every warning, and how it is caused', () => {
  const fail =
    (point: string): OnStep =>
    (step) => {
      if (stepName(step) === point) throw new Error('made');
    };

  async function warnings(init: {
    onStep?: OnStep;
    source?: FakeSourceInit;
    lost?: string[];
    link?: string;
  }) {
    const link = (await LINKS[init.link ?? 'memory']?.()) as Link;
    const connections = { ...link };
    if (init.link === 'tcp') connections.source = { ...link.source, isConfidential: false };
    const options = { timeouts: { lingerMs: patient(5_000) }, onStep: init.onStep };
    const [sent, received] = await Promise.all([
      sendToPeer(new FakeSource(init.source), connections.source, options).catch(() => undefined),
      receiveFromPeer(link.target, () => new FakeTarget({ warnings: init.lost ?? [] }), options),
    ]);
    return [...(sent?.warnings ?? []), ...(received?.warnings ?? [])];
  }

  test.each<[TransferWarning['code'], Parameters<typeof warnings>[0]]>([
    ['XFR_W_PLAIN', { link: 'tcp' }],
    [
      'XFR_W_LEFTOVER',
      {
        source: {
          onDestroy: () => {
            throw new Error('made');
          },
        },
      },
    ],
    ['XFR_W_UNCONFIRMED', { onStep: fail('target before send RUNNING') }],
    ['XFR_W_LOST', { lost: ['its pinning'] }],
    ['XFR_W_JOURNAL', { onStep: fail('target before journal running') }],
  ])('%s', async (code, init) => {
    const [first, ...more] = await warnings(init);
    expect(more).toEqual(code === 'XFR_W_LOST' ? [first] : []); // which both sides say
    expect(first).toMatchObject({ code, hint: expect.stringMatching(/\S/) });
  });
});

test('no code of this package is missing', async () => {
  const root = join(import.meta.dirname, '../src');
  const found = new Set<string>();
  for await (const path of glob('**/*.ts', { cwd: root })) {
    if (path.endsWith('.test.ts') || path.includes('testing/')) continue;
    const text = await readFile(join(root, path), 'utf8');
    for (const [, code = ''] of text.matchAll(/'(XFR_[A-Z_]+)'/g)) found.add(code);
  }
  const caused = new Set(CASES.map(({ code }) => code));
  const warnings = ['XFR_W_JOURNAL', 'XFR_W_LEFTOVER', 'XFR_W_LOST', 'XFR_W_PLAIN', 'XFR_W_UNCONFIRMED'];
  expect([...found].filter((code) => !caused.has(code)).sort()).toEqual(warnings);
});
