import type { DomainConfig } from './schema.ts';
import { JSON_KEYS } from './json-fields.ts';
import { formatMemorySize } from './memory-size.ts';

/** The configuration as a JSON file that `parseConfig` reads back to the same. */
export function formatConfig(config: DomainConfig): string {
  const lines: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(JSON_KEYS)) {
    const value = config[field];
    const isMemory = field === 'memoryKib' || field === 'maxMemoryKib';
    lines[key] = isMemory ? formatMemorySize(value as number) : value;
  }
  return `${JSON.stringify(lines, null, 2)}\n`;
}
