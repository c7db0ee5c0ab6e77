import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Outcomes } from './attack.ts';
import type { Memory } from './memory.ts';

/** The facts about one attack when it is over. */
export interface Row {
  readonly what: string;
  readonly count: number;
  readonly outcomes: Outcomes;
  readonly before: Memory;
  readonly after: Memory;
  /** of good transfers while it went on, ms */
  readonly downtimesMs: readonly number[];
}

/** A run as a page of markdown. */
export function pageOf(
  rows: readonly Row[],
  { idleMs, left }: { readonly idleMs: number; readonly left: readonly string[] },
): string {
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const [first, last] = [rows.at(0)?.before, rows.at(-1)?.after];
  return [
    '# What strangers and hostile peers can do',
    '',
    `A real \`xfrd\` on a simulated host was called ${total} times over loopback by attackers: strangers, and peers that are trusted and should not be. Meanwhile another peer moved good guests to it, one after the other. This file is written by \`npm run attack\` ([tools/attack](../tools/attack/README.md)).`,
    '',
    '| what they do | how many | result | memory before, MiB: xfrd, receiver | after | downtime of a good guest meanwhile |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${cellsOf(row, idleMs).join(' | ')} |`),
    '',
    `Downtime is the median, and what it is of that on an idle xfrd, ${idleMs.toFixed(0)} ms. "dropped" is a connection that was ended without an answer. Memory is what no other process has (RssAnon).`,
    '',
    `Before the first of them and after the last one, memory of xfrd was ${shownMib(first?.keeper)} and ${shownMib(last?.keeper)} MiB, of its receiver ${shownMib(first?.receiver)} and ${shownMib(last?.receiver)} MiB.`,
    '',
    left.length === 0
      ? 'Nothing of them was left in xenstore, in what Xen has claimed, or in files.'
      : `Left were: ${left.join(', ')}.`,
    '',
    `Measured on ${availableParallelism()} processors (${cpus()[0]?.model ?? 'unknown'}), which both hosts and xfrd shared, and the attackers used when these did not; ${(loadavg()[2] ?? 0).toFixed(0)} processes waited for them on average, those of others among them, so that figures of time are of that machine more than of xfrd.`,
    '',
  ].join('\n');
}

function cellsOf({ what, count, outcomes, before, after, downtimesMs }: Row, idleMs: number): string[] {
  const came = [...outcomes].sort(([, a], [, b]) => b - a).map(([name, times]) => `${name} ${times}`);
  const downtime = medianOf(downtimesMs);
  const ratio =
    downtime === undefined ? '–' : `${downtime.toFixed(0)} ms, ${(downtime / idleMs).toFixed(1)} times`;
  return [what, String(count), came.join(', '), shownMemory(before), shownMemory(after), ratio];
}

function shownMemory({ keeper, receiver }: Memory): string {
  return `${shownMib(keeper)}, ${shownMib(receiver)}`;
}

function shownMib(mib = 0): string {
  return mib.toFixed(0);
}

/** undefined of none */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
