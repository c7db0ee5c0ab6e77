import { configError } from '../problems/config-error.ts';
import type { Findings } from '../problems/findings.ts';
import type { Entries, Entry, EntryValue } from '../text/entry.ts';
import { readXlValue } from './read-xl.ts';

/** How errors name the place of an override. */
export const COMMAND_LINE = 'command line';

/**
 * Replaces entries by `key=value` strings from a command line, as `xl create FILE key=value` does; the last one
 * wins. Unlike xl's, a plain word needs no quotes within the shell's: `name=web2` will do.
 */
export function applyOverrides(
  entries: Entries,
  overrides: readonly string[],
  format: 'json' | 'xl',
  findings: Findings,
): void {
  for (const override of overrides) {
    findings.collect(() => {
      const entry = readOverride(override, format);
      entries.set(entry.key, entry);
    });
  }
}

function readOverride(override: string, format: 'json' | 'xl'): Entry {
  const match = /^\s*([A-Za-z_][\w.]*)\s*=\s*(.*?)\s*$/s.exec(override);
  const start = { file: COMMAND_LINE, line: 1, column: 1 };
  if (match === null) {
    const shown = JSON.stringify(override.slice(0, 64));
    throw configError('CONFIG_SYNTAX', start, `${shown} is not of the form key=value`);
  }
  const [, key = '', written = ''] = match;
  const valuePosition = { ...start, column: override.indexOf('=') + 2 };
  return { key, value: readValue(written, format), keyPosition: start, valuePosition };
}

function readValue(written: string, format: 'json' | 'xl'): EntryValue {
  if (/^["'[]/.test(written)) return readXlValue(written, COMMAND_LINE);
  return format === 'json' && /^\d{1,15}$/.test(written) ? Number(written) : written;
}
