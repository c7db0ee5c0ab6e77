import type { Command, Help, Option } from 'commander';
import { EXIT_MEANINGS } from './exit-codes.ts';
import type { CliSpec } from './spec.ts';
import { NARROWEST, WIDTH } from './text-width.ts';

const INDENT = '  ';
const TERM_COLUMNS = 28;
const EXAMPLE_COLUMNS = 48;
/** The help text: examples first, because they answer most questions; then the full account. */
export function formatHelp(spec: CliSpec<never>, command: Command, helper: Help): string {
  helper.minWidthToWrap = NARROWEST / 2;
  const { helpWidth = WIDTH } = helper;
  const own = new Set((spec.options ?? []).map(({ flags }) => flags));
  const options = helper.visibleOptions(command);
  const wrap = (text: string, width = helpWidth): string[] =>
    text.split('\n').flatMap((line) => helper.boxWrap(line, width).split('\n'));
  /** A second line is indented further. */
  const indented = (line: string): string[] =>
    wrap(line, helpWidth - 2 * INDENT.length).map((part, index) => INDENT.repeat(index === 0 ? 1 : 2) + part);
  const describe = (option: Option): Row => [helper.optionTerm(option), helper.optionDescription(option)];
  const section = (heading: string, rows: readonly Row[], termColumns = TERM_COLUMNS): string =>
    rows.length === 0 ? '' : [heading, ...columns(rows, wrap, { helpWidth, termColumns })].join('\n');
  return [
    wrap(`${spec.name}: ${spec.summary}`).join('\n'),
    section(
      'EXAMPLES',
      spec.examples.map(({ command: line, effect }) => [line, effect]),
      EXAMPLE_COLUMNS,
    ),
    ['USAGE', ...usage(spec, helper.commandUsage(command)).flatMap(indented)].join('\n'),
    section(
      'COMMANDS',
      (spec.commands ?? []).map(({ name, summary }) => [name, summary]),
    ),
    section(
      'ARGUMENTS',
      (spec.arguments ?? []).map(({ name, description }) => [name, description]),
    ),
    section('OPTIONS', options.filter(({ flags }) => own.has(flags)).map(describe)),
    section('COMMON OPTIONS', options.filter(({ flags }) => !own.has(flags)).map(describe)),
    ...(spec.notes ?? []).map((note) => wrap(note).join('\n')),
    section('EXIT STATUS', EXIT_MEANINGS),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
    .concat('\n');
}

type Row = readonly [term: string, description: string];

/** A line for what it does by itself, and one for its commands. */
function usage({ name, run, commands }: CliSpec<never>, own: string): string[] {
  const several = `${name} <command> [options]    (${name} <command> --help tells more)`;
  return [...(commands && !run ? [] : [own]), ...(commands ? [several] : [])];
}

/** Two columns; where a term is too wide for its own its description begins on the next line. */
function columns(
  rows: readonly Row[],
  wrap: (text: string, width: number) => string[],
  { helpWidth, termColumns }: { readonly helpWidth: number; readonly termColumns: number },
): string[] {
  const widest = Math.min(termColumns, Math.max(...rows.map(([term]) => term.length)));
  const isNarrow = helpWidth - widest - 2 * INDENT.length < NARROWEST;
  const width = isNarrow ? 2 * INDENT.length : widest;
  const margin = INDENT + ' '.repeat(width) + INDENT;
  return rows.flatMap(([term, description]) => {
    const [first = '', ...rest] = wrap(description, helpWidth - margin.length);
    const begin =
      term.length > width
        ? [INDENT + term, margin + first]
        : [`${INDENT}${term.padEnd(width)}${INDENT}${first}`];
    return [...begin, ...rest.map((line) => margin + line)];
  });
}
