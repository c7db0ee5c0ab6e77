/**
 * Characters without a picture of their own, or that change that of others: controls, marks of direction, of zero width
 * and of lines, halves of characters, and what this version of Unicode does not know. Node makes the set of all of them
 * when it meets this, which takes a while: most texts do not need it.
 */
const unseen = (): RegExp => /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** What can be seen in any case. */
const PLAIN = /^[ -~]*$/;

/**
 * Foreign text, made safe for one line of a terminal or a log, or for the name of a file: what cannot be seen is
 * written as "\u202e" or "\u{e0001}".
 */
export function shown(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(unseen(), (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** The same for text of several lines. */
export function shownLines(text: string): string {
  return text.split('\n').map(shown).join('\n');
}

/** A value as JSON on one line; a reader gets the same value from it, and a terminal nothing that it acts on. */
export function shownJson(value: unknown): string {
  // undefined becomes no JSON at all, as with JSON.stringify, whose type hides that.
  const json = (JSON.stringify(value) as string | undefined) ?? 'null';
  if (PLAIN.test(json)) return json;
  return json.replace(unseen(), (character) =>
    character
      .split('')
      .map((half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
