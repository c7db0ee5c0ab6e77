import { processorsText } from '../../scheduling/processors-on.ts';
import type { WantedProcessors } from '../../scheduling/scheduling.ts';
import { KEYS, type Field } from '../keys/keys.ts';
import { formatMemorySize } from '../memory-size.ts';
import { isDeviceField } from '../read-devices.ts';
import { writeSpec } from './write-spec.ts';

/**
 * One field of a configuration as a statement of xl.cfg.
 *
 * @returns undefined for a value that no statement can have
 */
export function writeXl(field: Field, value: unknown): string | undefined {
  const written = writeValue(field, value);
  return written === undefined ? undefined : `${KEYS[field].xl} = ${written}`;
}

function writeValue(field: Field, value: unknown): string | undefined {
  if (isDeviceField(field))
    return list((value as readonly object[]).map((device) => writeSpec(field, device)));
  if (KEYS[field].kind === 'memory') {
    const size = formatMemorySize(value as number);
    return typeof size === 'number' ? String(size) : undefined; // xl counts MiB, and knows no unit
  }
  if (KEYS[field].kind === 'processors') return list((value as WantedProcessors).map(processorsText));
  return writePlain(value);
}

/** By what a value is: a key that is added to the table needs nothing here. */
function writePlain(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return Number.isSafeInteger(value) && value >= 0 ? String(value) : quoted(String(value));
    case 'boolean':
      return value ? '1' : '0';
    default:
      return isListOfTexts(value) ? list(value.map(String)) : undefined;
  }
}

function isListOfTexts(value: unknown): value is readonly (string | number)[] {
  return Array.isArray(value) && value.every((item) => ['string', 'number'].includes(typeof item));
}

/** The only statements that may go on over several lines. */
function list(items: readonly string[]): string {
  if (items.length < 2) return `[${items.map(quoted).join('')}]`;
  return `[\n${items.map((item) => `  ${quoted(item)}`).join(',\n')}\n]`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
