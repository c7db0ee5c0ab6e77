import { messageOf, VmToolsError } from '@vm-tools/errors';
import { open } from 'node:fs/promises';
import { MAX_CONFIG_BYTES, parseConfig } from './parse-config.ts';
import type { Config } from './schema.ts';

export interface ReadConfig {
  readonly config: Config;
  /** whether there is such a file */
  readonly isThere: boolean;
}

/**
 * Reads a configuration file.
 *
 * @param isOptional a file that is not there says nothing, and is no error
 * @throws VmToolsError CONFIG_UNREADABLE (usage), and those of `parseConfig`
 */
export async function readConfig(path: string, isOptional: boolean): Promise<ReadConfig> {
  const text = await readText(path, isOptional);
  return { config: parseConfig(text ?? '', path), isThere: text !== undefined };
}

async function readText(path: string, isOptional: boolean): Promise<string | undefined> {
  try {
    await using file = await open(path);
    // One byte more than allowed, so that the excess shows and no more of it is held.
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_CONFIG_BYTES + 1), 0);
    if (bytesRead > MAX_CONFIG_BYTES) throw new Error('it is too long for a configuration');
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead));
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing && isOptional) return undefined;
    throw new VmToolsError({
      code: 'CONFIG_UNREADABLE',
      kind: 'usage',
      message: `cannot read the configuration ${path}: ${isMissing ? 'there is no such file' : messageOf(thrown)}`,
      hint: 'check the path, the owner and the mode of the file',
      cause: thrown,
      details: { file: path },
    });
  }
}
