import type { Tool } from '../description/tool.ts';
import { argument } from '../mdoc/escape.ts';
import { asSentence, section, sentences, tagList } from '../mdoc/lines.ts';
import { makePage, seeAlso, type Edition, type Page } from '../mdoc/page.ts';
import { verbsOf } from '../completions/verbs.ts';
import { scopesOf } from '../completions/model.ts';

/** The page of `vm`, with a line for each tool that it starts. */
export function umbrellaPage(tools: readonly Tool[], edition: Edition): Page {
  const verbs = verbsOf(tools.flatMap(scopesOf));
  return makePage({ name: 'vm', section: 1, about: 'starts one of the tools' }, edition, [
    ...section('SYNOPSIS', ['.Nm', '.Ar verb', '.Op Ar word ...', '.Nm', '.Cm help', '.Ar verb']),
    ...section('DESCRIPTION', [
      '.Nm',
      'becomes the tool of the verb, with all other words as they are:',
      '.Ql vm list \\-\\-json',
      'is',
      '.Ql vm\\-list \\-\\-json .',
      ...sentences('The verb comes first. The tool is the one beside it, or else that of PATH.'),
    ]),
    ...section(
      'COMMANDS',
      tagList(
        verbs.map(({ name, summary }) => ({
          term: `Cm ${argument(name)}`,
          lines: sentences(asSentence(summary)),
        })),
      ),
    ),
    ...section('EXIT STATUS', [...sentences('That of the tool. It is 2 where there is no such tool.')]),
    ...seeAlso(tools.filter(({ name }) => name.startsWith('vm-'))),
  ]);
}
