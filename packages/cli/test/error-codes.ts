import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const checkout = join(import.meta.dirname, '../../..');

/** A code is a word in quotes that begins like one of these, or whatever is given as `code` in quotes. */
const CODE =
  /'((?:CONFIG|CONSOLE|DOMAIN|GUEST|HOST|IMAGE|MONITOR|PUMP|RATE|SCHEDULE|STDIN|STDOUT|STREAM|TIME|XENSTORE|XEN|XFRD|XFR)_[A-Z0-9_]+)'|\bcode:\s*'([A-Z][A-Z0-9_]+)'/g;

/** Words that look like codes: of ELF notes, of Xen's and Linux' configuration, of its own tables. */
const NO_CODES = new Set([
  ...['CONFIG_PVH', 'CONFIG_XEN_PV', 'CONSOLE_PFN', 'GUEST_OS', 'XEN_CPU_POLICY', 'XEN_VER', 'XEN_VERSION'],
]);

/** One place of the sources that names a code. */
export interface CodePlace {
  readonly code: string;
  readonly file: string;
  /** the object in which it stands, as text */
  readonly object: string;
}

/** Everything in the sources of the packages that names an error code, without tests. */
export async function codePlaces(): Promise<CodePlace[]> {
  const places: CodePlace[] = [];
  for (const [file, text] of await textsOf('packages/*/src/**/*.ts', (path) => !isOfTests(path))) {
    for (const match of text.matchAll(CODE)) {
      const code = match[1] ?? match[2] ?? '';
      const isErrno = /^E[A-Z0-9]+$/.test(code);
      if (!isErrno && !NO_CODES.has(code))
        places.push({ code, file, object: objectAround(text, match.index) });
    }
  }
  return places;
}

/** Every text that stands behind `hint` in the sources, placeholders of templates as NAME. */
export async function hintTexts(): Promise<{ readonly file: string; readonly text: string }[]> {
  const texts: { file: string; text: string }[] = [];
  for (const [file, source] of await textsOf('packages/*/src/**/*.ts', (path) => !isOfTests(path))) {
    // To the end of the property: what follows on lines that are indented more belongs to it.
    for (const [, , hint = ''] of source.matchAll(
      /^( *)(?:.*[ {])?hint(?::| =|\() ?((?:.*\n)(?:\1  .*\n)*)/gm,
    )) {
      for (const [literal] of hint.matchAll(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g))
        texts.push({ file, text: literal.slice(1, -1).replaceAll(/\$\{[^}]*\}/g, 'NAME') });
    }
  }
  return texts;
}

/** All tests there are, as one text. */
export async function textOfTests(): Promise<string> {
  const texts = [
    ...(await textsOf('packages/*/{src,test}/**/*.ts', isOfTests)),
    ...(await textsOf('examples/*.test.ts', () => true)),
  ];
  return texts.map(([, text]) => text).join('\n');
}

export function readPage(path: string): Promise<string> {
  return readFile(join(checkout, path), 'utf8');
}

function isOfTests(path: string): boolean {
  const isOfThisTest = path.includes('error-catalogue.test');
  return !isOfThisTest && (/\.test\.ts$/.test(path) || path.includes('/testing/') || path.includes('/test/'));
}

async function textsOf(pattern: string, isWanted: (path: string) => boolean): Promise<[string, string][]> {
  const files: string[] = [];
  for await (const file of glob(pattern, { cwd: checkout })) files.push(file);
  return Promise.all(
    files
      .filter(isWanted)
      .sort()
      .map(async (file) => [file, await readPage(file)] as [string, string]),
  );
}

/** From the brace that opens before this place to the one that closes it. */
function objectAround(text: string, index: number): string {
  let start = index;
  for (let depth = 0; start > 0 && depth < 1; start -= 1) {
    if (text[start - 1] === '{') depth += 1;
    else if (text[start - 1] === '}') depth -= 1;
  }
  let end = index;
  for (let depth = 0; end < text.length && depth < 1; end += 1) {
    if (text[end] === '}') depth += 1;
    else if (text[end] === '{') depth -= 1;
  }
  return text.slice(start, end);
}
