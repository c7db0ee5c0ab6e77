import { DEFAULT_HOST, HOST_VARIABLE } from '@vm-tools/cli/description';
import { argument } from '../mdoc/escape.ts';
import { section, sentences, tagList } from '../mdoc/lines.ts';

const VARIABLES: Readonly<Record<string, string>> = {
  [HOST_VARIABLE]: `The host to act on, where --host names none: \`${DEFAULT_HOST}\` is this one, \`sim:NAME\` a simulated one.`,
  VM_TOOLS_ROOT:
    'The folder in which all files of the host are, as if it were the root of the file system. A simulated host has one of its own.',
  NO_COLOR: 'No colours, when it is there and not empty.',
  COLUMNS: 'How wide the help may be, where the terminal does not say it.',
};

/** The variables that all tools read. */
export function environmentSection(): string[] {
  const items = Object.entries(VARIABLES).map(([name, about]) => ({
    term: `Ev ${argument(name)}`,
    lines: sentences(about),
  }));
  return section('ENVIRONMENT', tagList(items));
}
