import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argument } from '../mdoc/escape.ts';
import { asSentence, displayed, section, sentences, tagList } from '../mdoc/lines.ts';
import { makePage, seeAlso, type Edition, type Page } from '../mdoc/page.ts';
import { ROOT } from '../root.ts';
import { readExample, type ExampleKey, type ExampleTable } from './toml-example.ts';

const EXAMPLE = join(ROOT, 'packages/xfrd/etc/xfrd.toml');

/** The page of the configuration of xfrd, from the commented example that comes with it. */
export async function xfrdPage(edition: Edition): Promise<Page> {
  const [top, ...tables] = readExample(await readFile(EXAMPLE, 'utf8'));
  const page = {
    name: 'xfrd.toml',
    section: 5,
    about: 'configuration of xfrd, which receives domains',
  } as const;
  return makePage(page, edition, [
    ...section('DESCRIPTION', [
      ...sentences(top?.about ?? ''),
      ...sentences('It is written in TOML. An unknown key is refused.'),
      ...keyList(top?.keys ?? []),
      ...tables.flatMap(tableLines),
    ]),
    ...section(
      'FILES',
      tagList([{ term: 'Pa /etc/vm\\-tools/xfrd.toml', lines: ['It need not be there.'] }]),
    ),
    ...section('EXAMPLES', [
      'At most 50 MiB a second by day, and eight domains at the same time:',
      ...displayed('max-concurrent = 8\n\n[bandwidth]\nhost = "08:00,50M 20:00,off"'),
    ]),
    ...seeAlso([
      { name: 'xfrd', section: 8 },
      { name: 'vm-migrate', section: 1 },
    ]),
  ]);
}

function tableLines({ name = '', about, keys }: ExampleTable): string[] {
  return [`.Ss ${argument(`[${name}]`)}`, ...sentences(about), ...keyList(keys)];
}

function keyList(keys: readonly ExampleKey[]): string[] {
  return tagList(
    keys.map(({ name, values, isDefault, about }) => ({
      term: `Ic ${argument(name)}`,
      lines: [
        ...sentences(asSentence(about)),
        isDefault ? 'Default:' : values.length === 1 ? 'For example' : 'For example, one of',
        ...values.map((value, index) => `.Ql ${argument(value)} ${index === values.length - 1 ? '.' : ','}`),
      ],
    })),
  );
}
