import { argument, prose } from './escape.ts';

/** One page of the manual. */
export interface Page {
  /** "vm-list" */
  readonly name: string;
  readonly section: 1 | 5 | 8;
  /** in the language mdoc */
  readonly text: string;
}

/** What all pages of a manual share. */
export interface Edition {
  readonly version: string;
  /** as mdoc writes it: "March 1, 2026" */
  readonly date: string;
}

/** Another page that a reader may want next. */
export interface Reference {
  readonly name: string;
  readonly section: number;
}

/** A page with its head, the name and what that is, and the sections. */
export function makePage(
  { name, section, about }: Omit<Page, 'text'> & { readonly about: string },
  { version, date }: Edition,
  lines: readonly string[],
): Page {
  const head = [
    '.\\" Made by npm run manual from what the tools say about themselves.',
    `.Dd ${date}`,
    `.Dt ${argument(name.toUpperCase())} ${section}`,
    `.Os vm\\-tools ${version}`,
    '.Sh NAME',
    `.Nm ${argument(name)}`,
    `.Nd ${prose(about)}`,
  ];
  return { name, section, text: `${[...head, ...lines].join('\n')}\n` };
}

/** The section SEE ALSO, in the order of sections and names. */
export function seeAlso(references: readonly Reference[]): string[] {
  if (references.length === 0) return [];
  const sorted = references.toSorted((a, b) => a.section - b.section || (a.name < b.name ? -1 : 1));
  const lines = sorted.map(({ name, section }) => `.Xr ${argument(name)} ${section}`);
  return ['.Sh SEE ALSO', ...lines.map((line, index) => (index === lines.length - 1 ? line : `${line} ,`))];
}
