import { VmToolsError } from '@vm-tools/errors';
import { parseArgs } from 'node:util';

export const USAGE = `npm run package                                            builds the packages into .cache/package
npm run package -- --revision 2                            the same sources once more, as a newer package
npm run package -- --repository FOLDER --sign-by KEY       and adds them to a repository for apt, signed by a key of gpg`;

/** What the command line says. */
export interface Words {
  readonly help: boolean;
  readonly revision: number;
  readonly repository: { readonly folder: string; readonly signBy: string } | undefined;
}

/** @throws VmToolsError PACKAGE_USAGE (usage) */
export function readWords(words: readonly string[]): Words {
  const { help = false, revision = '1', repository, 'sign-by': signBy } = parse(words);
  if (!/^[1-9]\d{0,5}$/.test(revision)) throw usage(`--revision takes a number from 1 on, not ${revision}`);
  if ((repository === undefined) !== (signBy === undefined))
    throw usage('--repository and --sign-by belong together: apt takes no repository without a signature');
  return {
    help,
    revision: Number(revision),
    repository: repository === undefined || signBy === undefined ? undefined : { folder: repository, signBy },
  };
}

interface Parsed {
  readonly help?: boolean;
  readonly revision?: string;
  readonly repository?: string;
  readonly 'sign-by'?: string;
}

function parse(words: readonly string[]): Parsed {
  const text = { type: 'string' } as const;
  const options = { help: { type: 'boolean' }, revision: text, repository: text, 'sign-by': text } as const;
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (cause) {
    throw usage((cause as Error).message, cause);
  }
}

const usage = (message: string, cause?: unknown): VmToolsError =>
  new VmToolsError({ code: 'PACKAGE_USAGE', kind: 'usage', message, hint: USAGE, cause });
