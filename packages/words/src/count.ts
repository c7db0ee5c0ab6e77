import { VmToolsError } from '@vm-tools/errors';
import type { CountRange } from './ranges.ts';

/**
 * Reads a whole number.
 *
 * @throws VmToolsError NUMBER_RANGE of kind usage
 */
export function parseCount(text: string, { min, max }: CountRange): number {
  const count = text.trim() === '' ? NaN : Number(text);
  if (Number.isSafeInteger(count) && count >= min && count <= max) return count;
  throw new VmToolsError({
    code: 'NUMBER_RANGE',
    kind: 'usage',
    message: `"${text}" is not a whole number from ${min} to ${max}`,
    hint: 'write it in digits, without a unit',
    details: { text, min, max },
  });
}
