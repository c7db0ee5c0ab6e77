import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Messages } from '@vm-tools/cli';
import type { TransferEvent, TransferPhase, TransferSummary } from '@vm-tools/libxfr';
import type { TransferLimits } from '@vm-tools/libxfr/types';
import { openMeasured } from './measured.ts';

const MIB = 2 ** 20;
const FREE: TransferLimits = { precopy: Infinity, stopAndCopy: Infinity };

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'measured-'));
});
afterEach(() => rm(root, { recursive: true }));

const details: string[] = [];
const messages = { detail: (text: string) => details.push(text) } as unknown as Messages;

/** A transfer of 20 MiB in a second, and 10 MiB more in 100 ms while the guest is stopped, which is down for 350 ms. */
const EVENTS: readonly TransferEvent[] = [
  ...told('precopy', 0, 1000, 0),
  ...told('precopy', 20 * MIB, 2000),
  ...told('stop-and-copy', 20 * MIB, 2000, 2000),
  ...told('stop-and-copy', 30 * MIB, 2100),
  ...told('finishing', 30 * MIB, 2100, 2100),
  { type: 'completed', summary: { downtimeMs: 350 } as TransferSummary },
];

function told(status: TransferPhase, transferred: number, totalTime: number, at?: number): TransferEvent[] {
  const figures = { status, transferred, totalTime, zeroBytes: 0, remaining: 0, total: 0, throughput: 0 };
  const phase: TransferEvent[] = at === undefined ? [] : [{ type: 'phase', phase: status, at }];
  return [...phase, { type: 'progress', ...figures }];
}

async function measure(limits: TransferLimits): Promise<void> {
  const measured = await openMeasured({ root, messages }, 'b');
  for (const event of EVENTS) measured.onEvent(event, limits);
  await measured.save();
}

test('nothing is known before the first transfer, and then what it has measured, of that peer alone', async () => {
  expect(await openMeasured({ root, messages }, 'b')).not.toHaveProperty('overheadMs');
  await measure(FREE);
  const { overheadMs, bytesPerS } = await openMeasured({ root, messages }, 'b');
  expect([overheadMs, bytesPerS]).toEqual([250, Math.round((30 * MIB) / 1.1)]);
  expect(await openMeasured({ root, messages }, 'c')).not.toHaveProperty('overheadMs');
});

test.each([
  ['held up by a limit', { precopy: 20 * MIB, stopAndCopy: 100 * MIB }, undefined],
  ['held up until it was stopped', { precopy: 20 * MIB, stopAndCopy: Infinity }, 100 * MIB],
])('one that was %s tells of the rest only', async (_, limits, expected) => {
  await measure(limits);
  expect((await openMeasured({ root, messages }, 'b')).bytesPerS).toBe(expected);
});

test('a file that is broken, or cannot be written, is no reason to fail', async () => {
  await measure(FREE);
  const path = join(root, 'var/lib/vm-tools/measured.json');
  for (const broken of ['', '[1]', '{"b":null}', '{"b":{"overheadMs":"soon"}}']) {
    await writeFile(path, broken);
    expect((await openMeasured({ root, messages }, 'b')).overheadMs).toBeUndefined();
  }
  await measure(FREE);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ b: { overheadMs: 250 } });
  await rm(join(root, 'var'), { recursive: true });
  await writeFile(join(root, 'var'), 'not a folder');
  await measure(FREE);
  expect(details.at(-1)).toContain('cannot be written');
});
