import { FIELDS, KEYS } from './keys/keys.ts';
import { formatMemorySize } from './memory-size.ts';
import type { DomainConfig } from './schema.ts';

/** The configuration as a JSON file that `parseConfig` reads back to the same; `more` comes behind it. */
export function formatConfig(config: DomainConfig, more: Readonly<Record<string, unknown>> = {}): string {
  const lines: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const { json, kind } = KEYS[field];
    const value = config[field];
    lines[json] = kind === 'memory' && value !== undefined ? formatMemorySize(value as number) : value;
  }
  return `${JSON.stringify({ ...lines, ...more }, null, 2)}\n`;
}
