import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  labHosts,
  result,
  ticks,
  traces,
  waitForTick,
  waitForTicks,
} from '@vm-tools/lab/testing';
import { ALL_CELLS, CELLS, cellName } from './kill/lab-cells.ts';
import { GUEST, installStops, runCell } from './kill/lab-pair.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** The whole table belongs to the documentation; a part of it to the run. */
const TABLE = join(ROOT, CELLS.length === ALL_CELLS.length ? 'docs/kill-matrix.md' : '.cache/kill-matrix.md');

describeLab('kill -9 and a cut link at the lines of both journals', () => {
  let a: LabHost;
  let b: LabHost;
  let empty: readonly string[];

  beforeAll(async () => {
    ({ a, b } = await labHosts());
    await Promise.all([installStops(a), installStops(b)]);
    empty = [await traces(a), await traces(b)];
  });

  /**
   * After each one: so much is known even when the run is ended. A row takes the place of the one that an earlier run,
   * or an earlier try, has written for the same cell; so a part of the cells can be run anew.
   */
  async function record(name: string, row: string): Promise<void> {
    await mkdir(dirname(TABLE), { recursive: true });
    const before = (await readFile(TABLE, 'utf8').catch(() => '')).split('\n');
    const rows = CELLS.map(cellName).flatMap((cell) =>
      cell === name ? [row] : before.filter((line) => line.startsWith(`| ${cell} |`)),
    );
    await writeFile(TABLE, [...HEAD, ...rows, ''].join('\n'));
  }

  test.each(CELLS.map((cell) => [cellName(cell), cell] as const))(
    '%s: one copy goes on',
    async (name, cell) => {
      const { uuid } = await result(a, `vm-create /guests/polite.cfg name=${GUEST}`);
      await waitForTicks(a, GUEST, 1);
      const startedAt = performance.now();
      const { status, isResolved } = await runCell(cell, a, b);
      const seconds = Math.round((performance.now() - startedAt) / 1000);

      const [onA, onB] = [await statesOf(a, uuid), await statesOf(b, uuid)];
      expect([...onA, ...onB]).toEqual([expect.stringMatching(RUNS)]);
      const [isMoved, here, other] = onB.length === 1 ? ([true, b, a] as const) : ([false, a, b] as const);
      if (isMoved) await waitForTick(b, GUEST, (await ticks(a, GUEST)) + 2);
      await waitForTicks(here, GUEST);
      expect(await traces(other)).toBe(empty[isMoved ? 0 : 1]);
      // Its origin stays known: that decides with which kernels it may be restarted.
      const marks = 'xenstore-ls -f | grep vm-tools/ | grep -v vm-tools/origin; true';
      expect(await here.run(marks)).toBe('');
      const settled = isResolved ? '`vm-migrate resolve`' : 'by itself';
      await record(
        name,
        `| ${name} | ${status} | ${isMoved ? 'target' : 'source'} | ${settled} | ${seconds} s | ${a.xen} to ${b.xen} |`,
      );
      await here.run(`xl destroy ${GUEST}`);
      expect([await traces(a), await traces(b)]).toEqual(empty);
    },
  );
});

/** In the words of `xl list`: on a processor, waiting for one, or waiting for an event. */
const RUNS = /^[r-][b-]----$/;

/** The states of all domains of that UUID, as Xen's own tools see them. */
async function statesOf(host: LabHost, uuid: string): Promise<string[]> {
  const lines = (await host.run('xl list -v')).split('\n').filter((line) => line.includes(uuid));
  return lines.map((line) => line.split(/\s+/)[4] ?? '');
}

const HEAD = [
  '# What survives a kill -9, and a cut link',
  '',
  'Two real Xen hosts, and a guest that counts is moved from one to the other. Each time a process stands still at a line',
  'of its journal, and meanwhile the sender or xfrd is killed, or the link is cut for 45 s; or a helper process is',
  'killed. xfrd is started again. Each row was checked: one copy, of the same UUID, which goes on counting; nothing left',
  'on the other host; no transfer in doubt. This file is written by the test run (`npm run kill-matrix`).',
  '',
  '| what happens | status of `vm-migrate` | the guest lives at the | settled | time | Xen |',
  '| --- | --- | --- | --- | --- | --- |',
];
