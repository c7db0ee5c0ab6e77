import { CONFIG_HINTS } from './config-error.ts';
import { createReadStream } from 'node:fs';
import { VmToolsError, abortError, messageOf } from '@vm-tools/errors';
import type { DomainConfig } from './schema.ts';
import type { ParseConfigOptions } from './parse-config.ts';
import { MAX_CONFIG_BYTES, parseConfig } from './parse-config.ts';

export interface ReadConfigFileOptions extends ParseConfigOptions {
  readonly signal?: AbortSignal;
}

/**
 * Reads and parses a configuration file; pipes such as /dev/stdin will do.
 *
 * @throws VmToolsError CONFIG_UNREADABLE, or what `parseConfig` throws
 */
export async function readConfigFile(
  path: string,
  options: ReadConfigFileOptions = {},
): Promise<DomainConfig> {
  const chunks: Buffer[] = [];
  try {
    // One byte more than allowed, so that the excess shows and no more of it is held.
    const stream = createReadStream(path, {
      end: MAX_CONFIG_BYTES,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch (cause) {
    if (options.signal?.aborted === true) throw abortError(options.signal, `reading ${path}`);
    throw unreadable(path, describe(cause), cause);
  }
  return parseConfig(decode(path, Buffer.concat(chunks)), path, options);
}

function decode(path: string, bytes: Buffer): string {
  if (bytes.length > MAX_CONFIG_BYTES) throw unreadable(path, 'it is too long for a configuration');
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
