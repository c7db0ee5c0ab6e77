import type { NewDomainConfig } from './schema.ts';
import type { ParseConfigOptions } from './parse-config.ts';
import { MAX_CONFIG_BYTES, parseConfig } from './parse-config.ts';
import { readConfigText } from './read-config-text.ts';

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
): Promise<NewDomainConfig> {
  const text = await readConfigText(path, { maxBytes: MAX_CONFIG_BYTES, signal: options.signal });
  return parseConfig(text, path, options);
}
