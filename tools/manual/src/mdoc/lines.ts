import { argument, literal, prose } from './escape.ts';

/** Sentences of a paragraph, each on a line of its own as mdoc wants it; what is between backticks is to be typed. */
export function sentences(paragraph: string): string[] {
  return paragraph
    .replaceAll(/([.!?]) (?=["`A-Z])/g, '$1\n')
    .split('\n')
    .flatMap(marked)
    .filter((line) => line !== '');
}

/** "it is `so`, then" becomes text, a line with a macro, and text. */
function marked(sentence: string): string[] {
  return sentence.split(/(`[^`]+`[.,:;)]*)/).flatMap((part) => {
    const [, typed, behind = ''] = /^`([^`]+)`([.,:;)]*)$/.exec(part) ?? [];
    if (typed === undefined) return [prose(part.trim())];
    return [[`.Ql ${argument(typed)}`, ...(behind.match(/./g) ?? [])].join(' ')];
  });
}

/** Paragraphs, with a macro between two of them. */
export function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, index) => [...(index === 0 ? [] : ['.Pp']), ...sentences(text)]);
}

/** These are written in lower case wherever they stand. */
const NAMES = /^(?:xl|xfrd|libxl|libxc)\b/;

/** A sentence of a clause: it begins in upper case where it begins with a plain word, and ends with a full stop. */
export function asSentence(clause: string): string {
  const isPlain = /^[a-z]+(?:[ ,;:.]|$)/.test(clause) && !NAMES.test(clause);
  const begun = isPlain ? clause.charAt(0).toUpperCase() + clause.slice(1) : clause;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** A list of terms: the macro line of each, and what is said of it. */
export function tagList(
  items: readonly { readonly term: string; readonly lines: readonly string[] }[],
): string[] {
  if (items.length === 0) return [];
  return ['.Bl -tag -width Ds', ...items.flatMap(({ term, lines }) => [`.It ${term}`, ...lines]), '.El'];
}

/** A section, or nothing where it would be empty. */
export function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.Sh ${heading}`, ...lines];
}

/** Lines that are shown as they are. */
export function displayed(text: string): string[] {
  return ['.Bd -literal -offset indent', ...text.split('\n').map(literal), '.Ed'];
}
