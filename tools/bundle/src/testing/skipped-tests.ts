/** The part of jest's results that this looks at. */
interface Results {
  readonly testResults: readonly {
    readonly testResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * A reporter of jest, which itself only counts the tests that it has skipped: this tells why, as their names say by
 * "[skipped: why]". With CI=true none may be skipped, and nowhere one that does not say why.
 */
export default class SkippedTests {
  readonly #isChosenByName: boolean;
  #error: Error | undefined;

  constructor({ testNamePattern = '' }: { readonly testNamePattern?: string | undefined }) {
    this.#isChosenByName = testNamePattern !== '';
  }

  onRunComplete(_contexts: unknown, { testResults }: Results): void {
    if (this.#isChosenByName) return; // all others are "skipped"
    const skipped = testResults
      .flatMap((file) => file.testResults)
      .filter(({ status }) => status === 'pending' || status === 'skipped');
    const reasons = Map.groupBy(skipped, ({ fullName }) => /\[skipped: (.*?)\]/.exec(fullName)?.[1]);
    for (const [reason, tests] of reasons)
      console.warn(`skipped: ${tests.length} tests: ${reason ?? `no reason, ${tests[0]?.fullName}`}`);
    if (reasons.has(undefined)) this.#error = new Error('a test is skipped and does not say why');
    else if (skipped.length > 0 && process.env['CI'] === 'true')
      this.#error = new Error('with CI=true no test may be skipped');
    if (this.#error !== undefined) console.error(this.#error.message);
  }

  /** With an error, the run has failed. */
  getLastError(): Error | undefined {
    return this.#error;
  }
}
