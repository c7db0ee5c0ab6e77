import { FIELDS, KEYS } from './keys.ts';

/**
 * A number that a key of xl.cfg may have, for hints: `meant` if that begins with one.
 *
 * @returns undefined for a key that takes no number
 */
export function exampleNumber(key: string | undefined, meant = ''): string | undefined {
  const field = FIELDS.find((known) => KEYS[known].xl === key);
  const kind = field === undefined ? undefined : KEYS[field].kind;
  if (kind === 'flag') return /^(?:true|yes|on)$/i.test(meant) ? '1' : '0';
  if (kind !== 'memory' && kind !== 'count') return undefined;
  return /^[1-9]\d{0,5}(?=\s|$)/.exec(meant)?.[0] ?? (kind === 'memory' ? '512' : '1');
}
