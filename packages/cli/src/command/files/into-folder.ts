import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { wrongUse } from '../wrong-use.ts';

/** The words of a command line that name domains, and the place behind them. */
export interface Destination {
  readonly domains: readonly string[];
  /** The file for a domain of this name. */
  readonly fileFor: (name: string) => string;
}

/** The place of what is made of domains. */
export interface DestinationOptions {
  /** the place, of an option; for one domain it is a file. @default the last of the words */
  readonly place?: string | undefined;
  /** ".img", behind the names of files in a folder */
  readonly suffix: string;
  readonly program: string;
}

/**
 * The way of cp: one domain goes into the file that is named, or into a folder that is there; several only into a
 * folder. Files in a folder have the names of their domains.
 *
 * @throws VmToolsError USAGE
 */
export async function destinationOf(
  words: readonly string[],
  { place, suffix, program }: DestinationOptions,
): Promise<Destination> {
  const [domains, target] = place === undefined ? [words.slice(0, -1), words.at(-1)] : [words, place];
  if (target === undefined || domains.length === 0)
    throw wrongUse('the file or folder is missing', `name it behind the domain: ${program} --help`);
  const isFile = target === '-' || (place !== undefined && domains.length === 1);
  const isFolder = !isFile && (await isThereAFolder(target));
  if (isFolder) return { domains, fileFor: (name) => join(target, `${fileName(name)}${suffix}`) };
  if (new Set(domains).size > 1)
    throw wrongUse(`${target} is no folder, into which several domains could go`, `mkdir ${target}`);
  return { domains, fileFor: () => target };
}

function isThereAFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** xl allows names that would lead elsewhere. Two names never give one file: the second would replace the first. */
function fileName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F').replace(/^\./, '%2E');
}
