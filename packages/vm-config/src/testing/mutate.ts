import fc from 'fast-check';

/** What a slip of the hand, an editor or a broken copy puts into a file. */
const ODD = [
  ...['=', '+=', '==', '[', ']', '{', '}', ',', ';', ':', '"', "'", '\\', '#', '\n', '\r\n', '\t', '%', '-1'],
  ...[
    '\u0000',
    '\u00a0',
    '“',
    '\ufeff',
    '界',
    '99999999999999999999',
    '0x',
    'None',
    'True',
    '\\x41',
    '[[[[[[',
  ],
  ...['memory', 'memory = ', 'type = "pv"', 'type = "hvm"\n', 'disk = ["a"]\n', 'vif = "x"\n', '"""', '/*'],
];

/** One change of a text, at places that do not depend on its length. */
const change: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...ODD)).map(([at, odd]) => (text: string) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + odd + text.slice(place);
  }),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 12 })).map(([at, count]) => (text: string) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + text.slice(place + count);
  }),
  fc.nat().map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
  fc.tuple(fc.nat(), fc.nat()).map(([from, to]) => (text: string) => {
    const lines = text.split('\n');
    const [line = ''] = lines.slice(from % lines.length);
    return lines.toSpliced(to % (lines.length + 1), 0, line).join('\n');
  }),
  fc.nat().map((at) => (text: string) => {
    const lines = text.split('\n');
    return lines.toSpliced(at % lines.length, 1).join('\n');
  }),
  fc.nat().map((at) => (text: string) => {
    const place = at % (text.length + 1);
    const [letter = ''] = text.slice(place);
    const other = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
    return text.slice(0, place) + other + text.slice(place + 1);
  }),
);

/** Texts that are each one of these with one to four changes; the same ones for the same seed. */
export function mutants(texts: readonly string[], count: number, seed: number): string[] {
  const mutant = fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([text, changes]) => changes.reduce((changed, apply) => apply(changed), text));
  return fc.sample(mutant, { numRuns: count, seed });
}
