import type { Command, Help, Option } from 'commander';
import { EXIT_MEANINGS } from './exit-codes.ts';
import type { CliSpec } from './spec.ts';

const TERM_COLUMNS = 28;
const EXAMPLE_COLUMNS = 48;

/** The help text: examples first, because they answer most questions; then the full account. */
export function formatHelp(spec: CliSpec<never>, command: Command, helper: Help): string {
  const own = new Set((spec.options ?? []).map(({ flags }) => flags));
  const options = helper.visibleOptions(command);
  const describe = (option: Option): [string, string] => [
    helper.optionTerm(option),
    helper.optionDescription(option),
  ];
  return [
    `${spec.name}: ${spec.summary}`,
    section(
      'EXAMPLES',
      spec.examples.map(({ command: line, effect }) => [line, effect]),
      EXAMPLE_COLUMNS,
    ),
    `USAGE\n${usage(spec, helper.commandUsage(command))}`,
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
    ...(spec.notes ?? []),
    section('EXIT STATUS', EXIT_MEANINGS),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
    .concat('\n');
}

/** A line for what it does by itself, and one for its commands. */
function usage({ name, run, commands }: CliSpec<never>, own: string): string {
  const several = `${name} <command> [options]    (${name} <command> --help tells more)`;
  return [...(commands && !run ? [] : [own]), ...(commands ? [several] : [])]
    .map((line) => `  ${line}`)
    .join('\n');
}

/** A heading and two columns; a term too wide for its column has its description on the next line. */
function section(
  heading: string,
  rows: readonly (readonly [term: string, description: string])[],
  maxWidth = TERM_COLUMNS,
): string {
  if (rows.length === 0) return '';
  const width = Math.min(maxWidth, Math.max(...rows.map(([term]) => term.length)));
  const lines = rows.map(([term, description]) =>
    term.length > width
      ? `  ${term}\n  ${' '.repeat(width)}  ${description}`
      : `  ${term.padEnd(width)}  ${description}`,
  );
  return [heading, ...lines].join('\n');
}
