import { expect, test } from '@jest/globals';
import type { Result } from '../experiment.ts';
import { htmlReport } from './html.ts';

const BESIDE: Result = {
  name: 'beside',
  title: 'Ours & theirs',
  sizeLabel: 'action',
  machine: 'two cores',
  quantities: [{ key: 'ratio', label: 'ours : theirs', unit: '', hasLaw: false }],
  rows: [{ size: 0, ratio: 2, lowest: 1.5, highest: 4 }, { size: 1, ratio: 0.5 }, { size: 2 }],
  names: ['save', 'list', 'bare'],
  notes: ['a < b'],
};

test('ratios are bars with their spread, beside the line of 1', () => {
  const page = htmlReport([BESIDE]);
  expect(page).toContain('<h2>Ours &amp; theirs</h2>');
  expect(page).toContain('<li>a &lt; b</li>');
  expect(page).toContain('<tr><td>list</td><td>0.5</td></tr>');
  const widths = [...page.matchAll(/height="16" fill|width="([\d.]+)" height="16"/g)].map(([, width]) =>
    Number(width),
  );
  expect(widths).toEqual([180, 45]); // of 360, which stand for 4
  expect(page).toContain('M355.0 52H580.0');
  expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
});

test('what grows has charts, and what has neither has its table', () => {
  const grows: Result = {
    ...BESIDE,
    quantities: [{ key: 'time', label: 'time', unit: 's' }],
    rows: [1, 10, 100].map((size) => ({ size, time: size })),
  };
  expect(htmlReport([grows])).toContain('<polyline');
  const plain = htmlReport([{ ...BESIDE, rows: [{ size: 1 }] }]);
  expect(plain).toContain('<table>');
  expect(plain).not.toContain('<svg');
});
