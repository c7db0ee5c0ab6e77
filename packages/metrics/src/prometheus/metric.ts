/** Names of labels and their values. */
export type Labels<Name extends string = string> = Readonly<Record<Name, string>>;

/** The options of every metric. */
export interface MetricOptions<Name extends string = never> {
  readonly name: string;
  /** One sentence for the person that reads it. */
  readonly help: string;
  /** Which labels each sample has; none by default. */
  readonly labelNames?: readonly Name[];
  /** The registry in which it can be read. */
  readonly registry: { readonly add: (metric: Metric) => void };
}

/** A metric as a registry sees it. */
export interface Metric {
  /** Its lines of text, comments first. */
  lines(): string[];
}

/** The two comments that come before the samples of a metric. */
export function headerOf(name: string, help: string, type: 'counter' | 'gauge' | 'histogram'): string[] {
  return [
    `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
    `# TYPE ${name} ${type}`,
  ];
}

/** One sample: `name{label="value"} 3`. A value of a label may hold anything, which a peer or an error may have put there. */
export function sampleOf(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, of]) => `${label}="${escapeValue(of)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${formatNumber(value)}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** As Go's parser of numbers takes it. */
function formatNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
