/** One line of a chart. */
export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
}

const [WIDTH, HEIGHT] = [640, 360];
const PLOT = { left: 70, right: 420, top: 40, bottom: 310 } as const;
const COLOURS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b', '#7f7f7f'];

/**
 * Charts one below the other, as one SVG. Both axes are logarithmic: there each power of n is a straight line, and
 * its slope is the exponent.
 */
export function drawCharts(charts: readonly Chart[]): string {
  const drawn = charts.map(
    (chart, index) => `<g transform="translate(0 ${index * HEIGHT})">${draw(chart)}</g>`,
  );
  const size = `width="${WIDTH}" height="${charts.length * HEIGHT}"`;
  const box = `viewBox="0 0 ${WIDTH} ${charts.length * HEIGHT}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box} font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function draw({ title, xLabel, yLabel, lines }: Chart): string {
  // A logarithm has no place for what is not above zero.
  const shown = lines
    .map((line) => ({ ...line, points: line.points.filter(([x, y]) => x > 0 && y > 0) }))
    .filter(({ points }) => points.length > 0);
  const points = shown.flatMap((line) => line.points);
  const x = axis(
    points.map(([value]) => value),
    PLOT.left,
    PLOT.right,
  );
  const y = axis(
    points.map(([, value]) => value),
    PLOT.bottom,
    PLOT.top,
  );
  return [
    `<text x="${PLOT.left}" y="22" font-size="14" font-weight="bold">${escape(title)}</text>`,
    ...x.ticks.map((tick) => gridLine(x.place(tick), PLOT.top, x.place(tick), PLOT.bottom)),
    ...y.ticks.map((tick) => gridLine(PLOT.left, y.place(tick), PLOT.right, y.place(tick))),
    ...x.ticks.map((tick) => label(x.place(tick), PLOT.bottom + 16, 'middle', tick)),
    ...y.ticks.map((tick) => label(PLOT.left - 6, y.place(tick) + 4, 'end', tick)),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 36}" text-anchor="middle">${escape(xLabel)}</text>`,
    `<text transform="translate(16 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">${escape(yLabel)}</text>`,
    ...shown.map((line, index) => {
      const colour = COLOURS[index % COLOURS.length] ?? 'black';
      const places = line.points.map(([px, py]) => [x.place(px).toFixed(1), y.place(py).toFixed(1)] as const);
      const at = PLOT.top + 8 + index * 18;
      return [
        `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map((place) => place.join(',')).join(' ')}"/>`,
        ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
        `<rect x="${PLOT.right + 14}" y="${at - 8}" width="10" height="10" fill="${colour}"/>`,
        `<text x="${PLOT.right + 30}" y="${at + 1}">${escape(line.label)}</text>`,
      ].join('');
    }),
  ].join('\n');
}

/** A logarithmic axis over whole decades. */
function axis(
  values: readonly number[],
  from: number,
  to: number,
): { readonly ticks: readonly number[]; place(value: number): number } {
  const first = Math.floor(Math.log10(Math.min(...values, 1e9)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values, 1e-9))));
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index)),
    place: (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from),
  };
}

function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#ddd"/>`;
}

function label(x: number, y: number, anchor: string, value: number): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${Number(value.toPrecision(1))}</text>`;
}

/** For SVG and HTML. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
