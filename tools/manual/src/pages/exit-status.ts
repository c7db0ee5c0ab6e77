import { EXIT_MEANINGS } from '@vm-tools/cli/description';
import { argument } from '../mdoc/escape.ts';
import { asSentence, section, sentences, tagList } from '../mdoc/lines.ts';

/** What each exit status means: the same of all tools. */
export function exitStatusSection(): string[] {
  const items = EXIT_MEANINGS.map(([status, meaning]) => ({
    term: argument(status),
    lines: sentences(asSentence(meaning)),
  }));
  return section('EXIT STATUS', [
    ...tagList(items),
    '.Pp',
    ...sentences(
      'Of several domains the status is 9 if one is uncertain, or else that of the first in the line that failed.',
    ),
  ]);
}
