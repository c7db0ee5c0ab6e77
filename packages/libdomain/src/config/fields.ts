import { suggest } from '@vm-tools/words';
import { configError } from './config-error.ts';
import type { DomainConfigInput } from './schema.ts';
import type { Entries, Entry } from './entry.ts';

/** Fields of a DomainConfig as a file gives them, each with the entry that a complaint about it points to. */
export type Fields = Map<keyof DomainConfigInput, { readonly value: unknown; readonly entry: Entry }>;

/** The error for an entry whose value will not do. */
export function invalid(entry: Entry, message: string, hint?: string): Error {
  return configError('CONFIG_INVALID', entry.valuePosition, `${entry.key} ${message}`, {
    key: entry.key,
    hint,
  });
}

/** The error for an entry that is right for xl and too much for these tools. */
export function unsupported(entry: Entry, message: string, hint?: string): Error {
  const { key } = entry;
  return configError('CONFIG_UNSUPPORTED', entry.valuePosition, `${key} ${message}`, { key, hint });
}

/** Throws for the first entry whose key is none of `known`. */
export function refuseUnknownKeys(entries: Entries, known: readonly string[]): void {
  for (const { key, keyPosition } of entries.values()) {
    if (known.includes(key)) continue;
    const meant = suggest(key, known);
    const shown = key.length > 64 ? `${key.slice(0, 64)}…` : key;
    throw configError('CONFIG_UNKNOWN_KEY', keyPosition, `unknown key ${JSON.stringify(shown)}`, {
      key: shown,
      hint: meant === undefined ? `known keys: ${known.slice(0, 24).join(', ')}` : `did you mean "${meant}"?`,
    });
  }
}
