import { VmToolsError } from '@vm-tools/errors';

/** Counts the calls that the fakes get, and makes one of them fail. */
export class Faults {
  readonly calls: string[] = [];
  /** The last one that failed. */
  failed: string | undefined;
  /** Fails whenever it is called. */
  broken: string | undefined;
  #failAt = Infinity;

  /** The n-th call from now, from 1, fails. */
  failNth(n: number): void {
    this.#failAt = this.calls.length + n;
  }

  /** Every fake calls this before it does anything. */
  call(name: string): void {
    this.calls.push(name);
    if (this.calls.length !== this.#failAt && name !== this.broken) return;
    this.failed = name;
    throw new VmToolsError({
      code: 'XEN_CALL_FAILED',
      message: `${name} failed because the test says so`,
      details: { call: name },
    });
  }
}
