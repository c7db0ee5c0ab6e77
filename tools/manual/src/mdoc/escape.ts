/** What troff would turn into something else on a terminal, so that it could not be typed as it is read. */
const AS_TYPED: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
};

/** Text that is to be typed: every character of it stays as it is. Safe everywhere but for spaces in an argument. */
export function literal(text: string): string {
  return startSafely(
    foreignEscaped(text.replaceAll(/[\\\-'`^~"]/g, (character) => AS_TYPED[character] ?? '')),
  );
}

/** A sentence for people: hyphens are hyphens, but those of options, names of tools and paths are to be typed. */
export function prose(text: string): string {
  const words = text.split(' ').map((word) => {
    const escaped = word.replaceAll(/[\\`^~"]/g, (character) => AS_TYPED[character] ?? '');
    return isTyped(word) ? escaped.replaceAll('-', '\\-') : escaped;
  });
  return startSafely(foreignEscaped(words.join(' ')));
}

const isTyped = (word: string): boolean => /^\W*-|vm-|xen-|[/.=:\d]/.test(word);

/** A line that begins with a dot or an apostrophe would be taken for a macro. */
const startSafely = (line: string): string => (/^[.']/.test(line) ? `\\&${line}` : line);

function foreignEscaped(text: string): string {
  return text.replaceAll(/[^\x00-\x7f]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}

/** One argument of a macro, whatever is in it: not taken for a macro, for punctuation, or for several arguments. */
export function argument(text: string): string {
  const escaped = literal(text);
  const looksLikeMacro = /^[%A-Z][A-Za-z0-9]{1,2}$/.test(escaped);
  const isDelimiter = /^[().,:;?!|[\]]$/.test(escaped);
  const safe = looksLikeMacro || isDelimiter ? `\\&${escaped}` : escaped;
  return / /.test(safe) || safe === '' ? `"${safe}"` : safe;
}
