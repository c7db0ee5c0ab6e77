import type { Suite, Test } from './globals.ts';

export interface TestOutcome {
  readonly name: string;
  readonly timeMs: number;
  /** undefined when it has passed */
  readonly failure: string | undefined;
}

export interface RunOptions {
  readonly isWanted: (name: string) => boolean;
  /** How long a test, or what is done around it, may take. */
  readonly limitMs: (name: string) => number;
  /** Told before each test. */
  readonly onTest: (name: string) => void;
  readonly onOutcome: (outcome: TestOutcome) => void;
  /** Whether no more tests are run. */
  readonly isOver: () => boolean;
}

/** Runs the tests of a suite in their order, with what is to be done around them. */
export async function runSuite(
  suite: Suite,
  options: RunOptions,
  around: readonly Suite[] = [],
): Promise<void> {
  const wanted = suite.children.filter((child) => isWithWanted(child, options));
  if (wanted.length === 0) return;
  const suites = [...around, suite];
  try {
    for (const work of suite.hooks.beforeAll) await within(work, options.limitMs(''));
    for (const child of wanted) {
      if (options.isOver()) break;
      await ('work' in child ? runTest(child, options, suites) : runSuite(child, options, suites));
    }
    for (const work of suite.hooks.afterAll) await within(work, options.limitMs(''));
  } catch (thrown) {
    const [first] = namesOf(suite).filter(options.isWanted);
    options.onOutcome({ name: first ?? suite.name, timeMs: 0, failure: wordsOf(thrown) });
  }
}

async function runTest({ name, work }: Test, options: RunOptions, suites: readonly Suite[]): Promise<void> {
  const { onTest, onOutcome } = options;
  const limitMs = options.limitMs(name);
  onTest(name);
  const began = performance.now();
  let failure: string | undefined;
  try {
    for (const { hooks } of suites) for (const before of hooks.beforeEach) await within(before, limitMs);
    await within(work, limitMs);
  } catch (thrown) {
    failure = wordsOf(thrown);
  }
  try {
    for (const { hooks } of suites.toReversed())
      for (const after of hooks.afterEach) await within(after, limitMs);
  } catch (thrown) {
    failure ??= wordsOf(thrown);
  }
  onOutcome({ name, timeMs: performance.now() - began, failure });
}

function isWithWanted(child: Suite | Test, options: RunOptions): boolean {
  return 'work' in child ? options.isWanted(child.name) : namesOf(child).some(options.isWanted);
}

function namesOf({ children }: Suite): string[] {
  return children.flatMap((child) => ('work' in child ? [child.name] : namesOf(child)));
}

/** What hangs has failed. */
async function within(work: () => unknown, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it has not ended in ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

const wordsOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
