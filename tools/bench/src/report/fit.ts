/** y = factor * x ** exponent */
export interface PowerLaw {
  readonly exponent: number;
  readonly factor: number;
}

/**
 * The power law that is nearest to the points: a straight line between the logarithms, by least squares. Points that
 * are not above zero have none and are left out.
 *
 * @returns undefined when fewer than three are left
 */
export function fitPowerLaw(points: readonly (readonly [x: number, y: number])[]): PowerLaw | undefined {
  const logs = points.filter(([x, y]) => x > 0 && y > 0).map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  if (logs.length < 3) return undefined;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / logs.length;
  const [meanX, meanY] = [mean(logs.map(([x]) => x)), mean(logs.map(([, y]) => y))];
  const spread = mean(logs.map(([x]) => (x - meanX) ** 2));
  if (spread === 0) return undefined;
  const exponent = mean(logs.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
  return { exponent, factor: Math.exp(meanY - exponent * meanX) };
}

/** e.g. "n^0.97, linear" */
export function nameLaw({ exponent }: PowerLaw): string {
  const names = [
    [-0.15, 'falling'],
    [0.15, 'constant'],
    [0.75, 'less than linear'],
    [1.25, 'linear'],
    [1.75, 'more than linear'],
    [2.25, 'quadratic'],
  ] as const;
  const name = names.find(([limit]) => exponent < limit)?.[1] ?? 'more than quadratic';
  // Not "-0.00".
  return `n^${(Math.round(exponent * 100) / 100 + 0).toFixed(2)}, ${name}`;
}
