import { SpecError } from './spec-error.ts';

/** A device in one line, `key=value,key=value`, as most of xl's devices are written. Blanks before a key do not count. */
export function wordsOfSpec(spec: string): readonly (readonly [key: string, value: string])[] {
  return spec.split(',').flatMap((part): [string, string][] => {
    const word = part.trimStart();
    if (word === '') return [];
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
    if (key === undefined || value === undefined)
      throw new SpecError('is no key=value', word, 'write each part as key=value, with commas between');
    return [[key, value]];
  });
}

/** What is no number is left to the schema, which says what is wrong with it. */
export function countOf(value: string): number {
  return /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
}
