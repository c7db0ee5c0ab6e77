import { escape } from './chart.ts';

/** One measured value, with the lowest and highest that it was seen at. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly lowest?: number | undefined;
  readonly highest?: number | undefined;
}

const [WIDTH, ROW, LEFT, RIGHT, TOP] = [640, 24, 220, 580, 40] as const;

/** Horizontal bars with their spread, as one SVG. The line is where both sides are equal: 1. */
export function drawBars(title: string, bars: readonly Bar[]): string {
  const height = TOP + bars.length * ROW + 16;
  const most = Math.max(1, ...bars.map(({ value, highest = value }) => highest));
  const place = (value: number): string => (LEFT + (value / most) * (RIGHT - LEFT)).toFixed(1);
  const drawn = bars.map(({ label, value, lowest, highest }, index) => {
    const y = TOP + index * ROW;
    const middle = y + ROW / 2;
    return [
      `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escape(label)}</text>`,
      `<rect x="${LEFT}" y="${y + 4}" width="${(Number(place(value)) - LEFT).toFixed(1)}" height="${ROW - 8}" fill="#1f77b4"/>`,
      ...(lowest === undefined || highest === undefined
        ? []
        : [`<path d="M${place(lowest)} ${middle}H${place(highest)}" stroke="#222"/>`]),
      `<text x="${RIGHT + 8}" y="${middle + 4}">${Number(value.toPrecision(3))}</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="8" y="22" font-size="14" font-weight="bold">${escape(title)}</text>`,
    ...drawn,
    `<path d="M${place(1)} ${TOP - 6}V${height - 10}" stroke="#d62728" stroke-dasharray="4 3"/>`,
    '</svg>',
    '',
  ].join('\n');
}
