import { createReadStream } from 'node:fs';
import { VmToolsError, abortError, messageOf } from '@vm-tools/errors';
import { CONFIG_HINTS } from '../config-error.ts';

/** How much is read of a file, bytes, and what ends the reading. */
export interface ReadConfigTextOptions {
  /** of a configuration; what is longer is none */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the text of a configuration file, whatever is in it; pipes such as /dev/stdin will do.
 *
 * @throws VmToolsError CONFIG_UNREADABLE of kind usage, with the error of node as its cause, or INTERRUPTED
 */
export async function readConfigText(
  path: string,
  { maxBytes, signal }: ReadConfigTextOptions,
): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    // One byte more than allowed, so that the excess shows and no more of it is held.
    const stream = createReadStream(path, { end: maxBytes, signal });
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch (cause) {
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
