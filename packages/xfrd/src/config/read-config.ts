import { readConfigText } from '@vm-tools/libdomain';
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
    return await readConfigText(path, { maxBytes: MAX_CONFIG_BYTES });
  } catch (thrown) {
    const { code } = ((thrown as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (isOptional && code === 'ENOENT') return undefined;
    throw thrown;
  }
}
