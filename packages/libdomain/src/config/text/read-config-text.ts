import { constants, createReadStream, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { VmToolsError, abortError, messageOf } from '@vm-tools/errors';
import { CONFIG_HINTS } from '../problems/config-error.ts';

/** How much is read of a file, bytes, and what ends the reading. */
export interface ReadConfigTextOptions {
  /** of a configuration; what is longer is none */
  readonly maxBytes: number;
  /**
   * Whether what is no file is refused before it is opened: a pipe without a writer would keep its reader for ever. What
   * this process was given open, such as /dev/stdin, is read all the same. @default false
   */
  readonly filesOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the text of a configuration file, whatever is in it; pipes such as /dev/stdin will do.
 *
 * @throws VmToolsError CONFIG_UNREADABLE of kind usage, with the error of node as its cause, or INTERRUPTED
 */
export async function readConfigText(
  path: string,
  { maxBytes, filesOnly = false, signal }: ReadConfigTextOptions,
): Promise<string> {
  const isLookedAt = filesOnly && !GIVEN_OPEN.test(path);
  const chunks: Buffer[] = [];
  try {
    const other = isLookedAt ? otherThanFile(await stat(path)) : undefined;
    if (other !== undefined) throw unreadable(path, `it is ${other}`);
    // One byte more than allowed, so that the excess shows and no more of it is held.
    const reading = { end: maxBytes, ...(signal && { signal }) };
    const stream = await openStream(path, isLookedAt ? constants.O_NONBLOCK : 0, reading);
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch (cause) {
    if (cause instanceof VmToolsError) throw cause;
    if (signal?.aborted === true) throw abortError(signal, `reading ${path}`);
    throw unreadable(path, describe(cause), cause);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length > maxBytes) throw unreadable(path, 'it is too long for a configuration');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(path, 'it is not text in UTF-8', cause);
  }
}

async function openStream(
  path: string,
  flags: number,
  reading: { readonly end: number; readonly signal?: AbortSignal },
): Promise<Readable> {
  try {
    return (await open(path, constants.O_RDONLY | flags)).createReadStream(reading);
  } catch (thrown) {
    const isSocket = path === STDIN && (thrown as NodeJS.ErrnoException).code === 'ENXIO';
    if (!isSocket) throw thrown;
    return createReadStream(path, { ...reading, fd: 0, autoClose: false }); // it can be read, but not opened
  }
}

const STDIN = '/dev/stdin';

/** Descriptors that the process has, under their names as files. */
const GIVEN_OPEN = /^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/\d+)$/;

/** A folder is left to node, which has a word for it. */
function otherThanFile(stats: Stats): string | undefined {
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : undefined;
}

function unreadable(path: string, why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'CONFIG_UNREADABLE',
    kind: 'usage',
    message: `cannot read the configuration ${path}: ${why}`,
    hint: CONFIG_HINTS.CONFIG_UNREADABLE,
    details: { file: path },
    cause,
  });
}

function describe(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return messageOf(cause);
  }
}
