import { headerOf, sampleOf, type Labels, type Metric, type MetricOptions } from './metric.ts';

/** A number for each set of labels; what a counter and a gauge have in common. */
abstract class Values<Name extends string> implements Metric {
  protected abstract readonly type: 'counter' | 'gauge';
  readonly #options: MetricOptions<Name>;
  /** by the text of the labels */
  readonly #samples = new Map<string, { labels: Labels<Name>; value: number }>();

  constructor(options: MetricOptions<Name>) {
    this.#options = options;
    // Without labels there is one sample, and it is 0 from the start: a rate of it can be told from its first change.
    if (options.labelNames === undefined) this.#samples.set('', { labels: {} as Labels<Name>, value: 0 });
    options.registry.add(this);
  }

  protected change(labels: Labels<Name>, next: (value: number) => number): void {
    const ordered = (this.#options.labelNames ?? []).map((name) => [name, labels[name]] as const);
    const key = ordered.map(([, value]) => JSON.stringify(value)).join();
    const sample = this.#samples.get(key) ?? {
      labels: Object.fromEntries(ordered) as Labels<Name>,
      value: 0,
    };
    this.#samples.set(key, { ...sample, value: next(sample.value) });
  }

  lines(): string[] {
    const { name, help } = this.#options;
    const samples = [...this.#samples.values()].map(({ labels, value }) => sampleOf(name, labels, value));
    return [...headerOf(name, help, this.type), ...samples];
  }
}

/** A value that only grows. */
export class Counter<Name extends string = never> extends Values<Name> {
  protected readonly type = 'counter';

  inc(labels: Labels<Name>, by = 1): void {
    // A counter that goes back looks like a new start of the process, and its rate jumps.
    this.change(labels, (value) => value + Math.max(by, 0));
  }
}

/** A value that grows and shrinks. */
export class Gauge<Name extends string = never> extends Values<Name> {
  protected readonly type = 'gauge';
  readonly #collect: ((this: Gauge<Name>) => void) | undefined;

  /** @param options `collect` is called before each reading, to set what is then to be read */
  constructor(options: MetricOptions<Name> & { readonly collect?: (this: Gauge<Name>) => void }) {
    super(options);
    this.#collect = options.collect;
  }

  set(labels: Labels<Name>, value: number): void {
    this.change(labels, () => value);
  }

  override lines(): string[] {
    this.#collect?.call(this);
    return super.lines();
  }
}
