import type { VmToolsError } from '@vm-tools/errors';
import { asVmToolsError } from '../../guest-error.ts';
import type { Check } from '@vm-tools/ports';

/** Something that can make a transfer fail, as data: lists of them are run, printed and counted. */
export interface HostCheck<Subject> {
  /** Stable, lower case, words joined by hyphens. */
  readonly name: string;
  /** Looks, and takes nothing. Throws why it fails. */
  readonly run: (subject: Subject) => Promise<void> | void;
  /** What should be known of it although it has passed. */
  readonly note?: (subject: Subject) => string | undefined;
}

/** Makes all of them, one after the other, also when some fail. Does not reject. */
export async function runChecks<Subject>(
  checks: readonly HostCheck<Subject>[],
  subject: Subject,
): Promise<readonly Check[]> {
  const found: Check[] = [];
  for (const { name, run, note } of checks) {
    try {
      await run(subject);
      const noted = note?.(subject);
      found.push(noted === undefined ? { name } : { name, note: noted });
    } catch (thrown) {
      const error = asVmToolsError(thrown, { doing: `the check "${name}"`, hint: 'try again' });
      found.push({ name, error });
    }
  }
  return found;
}

/**
 * All that has failed as one error. It is the first of them, which says what to do; the message names the others, too,
 * and `details.checks` has each as a whole.
 */
export function refusalOf(checks: readonly Check[]): VmToolsError | undefined {
  const failed = checks.flatMap(({ name, error }) => (error === undefined ? [] : [{ name, error }]));
  const [first, ...others] = failed;
  if (first === undefined) return undefined;
  const details = { checks: failed.map(({ name, error }) => ({ name, ...error.toJSON() })) };
  if (others.length === 0) return first.error.with({ details });
  const message = [first, ...others].map(({ error }) => error.message).join('; ');
  return first.error.with({ message, details });
}
