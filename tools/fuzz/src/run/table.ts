import type { TargetResult } from './run.ts';

const SHOWN_CODES = 7;

/** Results as a table in Markdown. */
export function resultTable(results: readonly TargetResult[]): string {
  const rows = results.map(({ target, inputs, verdicts, cpuSeconds, slowestMs, bytesEach }) => [
    target,
    `${inputs}`,
    `${verdicts['accepted'] ?? 0}`,
    codesOf(verdicts),
    cpuSeconds.toFixed(1),
    slowestMs.toFixed(1),
    bytesEach.toFixed(2),
  ]);
  const total = results.reduce((sum, { inputs }) => sum + inputs, 0);
  const seconds = results.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const head = [
    'reader',
    'inputs',
    'accepted',
    'other answers',
    'CPU, s',
    'slowest, ms',
    'bytes kept for each',
  ];
  return [head, head.map(() => '---'), ...rows, ['all', `${total}`, '', '', seconds.toFixed(0), '', '']]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The most frequent ones; errors that come from a peer may have any code. */
function codesOf(verdicts: TargetResult['verdicts']): string {
  const codes = Object.entries(verdicts)
    .filter(([verdict]) => verdict !== 'accepted')
    .sort(([, a], [, b]) => b - a)
    .map(([verdict, count]) => `${verdict} ${count}`);
  const more = codes.length - SHOWN_CODES;
  return [...codes.slice(0, SHOWN_CODES), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
