import { asVmToolsError, type Invocation, type Outcome } from '@vm-tools/cli';
import type { FailureKind, VmToolsError } from '@vm-tools/errors';
import { formatBytes } from '@vm-tools/ratelimit';
import { shown } from '@vm-tools/words';
import { withImage } from '../open-file.ts';
import type { VerifyInput } from '../options.ts';

/** What is said of one file. */
export interface Verdict {
  /** as the command line names it */
  readonly file: string;
  /** whether it is sound */
  readonly ok: boolean;
  /** bytes of the image, expanded */
  readonly imageBytes?: number;
  /** pages of 4 KiB that the domain has */
  readonly populatedPages?: number;
  /** whether other bytes follow the image in its file */
  readonly isFollowed?: boolean;
  /** why it is not sound, or was not read */
  readonly error?: VmToolsError;
}

/** Every file, whatever is wrong with the others. */
export async function verify(invocation: Invocation<VerifyInput>): Promise<Outcome<readonly Verdict[]>> {
  const verdicts: Verdict[] = [];
  for (const file of new Set(invocation.input.file)) verdicts.push(await verdictOn(file, invocation));
  const errors = verdicts.flatMap(({ error }) => error ?? []);
  const failure = failureOf(errors);
  return {
    isReport: true,
    value: verdicts,
    text: verdicts.map(lineOf).join('\n'),
    ...(failure === undefined ? {} : { failure }),
  };
}

async function verdictOn(
  file: string,
  { program, messages, signal }: Invocation<VerifyInput>,
): Promise<Verdict> {
  try {
    return await withImage(file, { isWhole: true, messages, signal }, async ({ bytes, image }) => {
      const { end } = await image.check();
      const isFollowed = await bytes.finish(end);
      const { populatedPfns } = image.verifier.counts;
      return { file, ok: true, imageBytes: end, populatedPages: populatedPfns, isFollowed };
    });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return { file, ok: false, error: asVmToolsError(thrown, program) };
  }
}

/** To find damage is what it is for; to find no file is a failure of its own. */
function failureOf(errors: readonly VmToolsError[]): FailureKind | undefined {
  if (errors.some(({ kind }) => kind === 'corrupt')) return 'failure';
  return errors[0]?.kind;
}

function lineOf({ file, error, imageBytes = 0, populatedPages = 0, isFollowed }: Verdict): string {
  if (error !== undefined) {
    const hint = error.hint === undefined ? '' : `\n  hint: ${shown(error.hint)}`;
    return `${shown(`${file}: ${error.message} [${error.code}]`)}${hint}`;
  }
  const behind = isFollowed === true ? '; behind it are bytes that are no part of it' : '';
  return shown(`${file}: sound: ${formatBytes(imageBytes)}, ${populatedPages} pages${behind}`);
}
