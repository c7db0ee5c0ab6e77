import { VmToolsError } from '@vm-tools/errors';
import { must, type Verdict } from './target.ts';

export interface ErrorRules {
  /** Which codes it may have. */
  readonly codes: RegExp;
  /** The codes that must say where in the input, with `details.offset`. */
  readonly placed?: RegExp;
  /** Of the input. */
  readonly bytes?: number;
}

/**
 * Judges what a reader has thrown: a typed error with a code that it may have, no novel, and the place.
 *
 * @returns its code
 * @throws Violation
 */
export function expectError(thrown: unknown, { codes, placed, bytes = Infinity }: ErrorRules): Verdict {
  if (!(thrown instanceof VmToolsError)) throw thrown;
  const { code, message, details } = thrown;
  must(codes.test(code), `${code} is no code of this reader: ${message}`);
  must(message.length < 4000, `the message of ${code} has ${message.length} characters`);
  if (placed?.test(code)) {
    const { offset } = details;
    const isPlace = typeof offset === 'number' && offset >= 0 && offset <= bytes;
    must(isPlace, `${code} is at ${String(offset)} of ${bytes} bytes: ${message}`);
  }
  JSON.stringify(thrown); // it goes into logs and to peers
  return code;
}

/**
 * Lets a reader read, and judges what it throws.
 *
 * @throws Violation, or whatever it has thrown that it should not
 */
export async function verdictOf(read: () => unknown, rules: ErrorRules): Promise<Verdict> {
  try {
    await read();
  } catch (thrown) {
    return expectError(thrown, rules);
  }
  return 'accepted';
}
