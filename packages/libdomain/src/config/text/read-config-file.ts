import type { ParseConfigOptions, PlacedConfig } from '../parse-config.ts';
import { MAX_CONFIG_BYTES, parsePlacedConfig } from '../parse-config.ts';
import type { NewDomainConfig } from '../schema.ts';
import { readConfigText, type ReadConfigTextOptions } from './read-config-text.ts';

/** As for `parseConfig`, and how the file is read. */
export interface ReadConfigFileOptions extends ParseConfigOptions, Pick<ReadConfigTextOptions, 'filesOnly'> {
  readonly signal?: AbortSignal | undefined;
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
  return (await readPlacedConfig(path, options)).config;
}

/** As `readConfigFile`; and where what stands, for what turns out to be wrong later. */
export async function readPlacedConfig(
  path: string,
  options: ReadConfigFileOptions = {},
): Promise<PlacedConfig> {
  const { filesOnly, signal } = options;
  const text = await readConfigText(path, {
    maxBytes: MAX_CONFIG_BYTES,
    signal,
    ...(filesOnly && { filesOnly }),
  });
  return parsePlacedConfig(text, path, options);
}
