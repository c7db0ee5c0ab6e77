import { isJsonForm } from './form-option.ts';
import { asWait } from '../values/parse-value.ts';
import type { CommandSpec, OptionSpec } from '../spec.ts';

/** The options that every executable has. */
export interface CommonOptions {
  readonly verbose: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
  readonly host: string;
  /** milliseconds */
  readonly timeout?: number;
}

/** Names the host where --host does not. */
export const HOST_VARIABLE = 'VM_TOOLS_HOST';
/** The host where neither names one: this one. */
export const DEFAULT_HOST = 'xen:';

/** The options of every executable besides: those that are given or not, and the host. */
export const VERBOSE: OptionSpec = {
  flags: '-v, --verbose',
  description: 'say more; twice: show causes and stacks',
};
export const QUIET: OptionSpec = { flags: '-q, --quiet', description: 'say only warnings and errors' };
export const JSON_OUTPUT: OptionSpec = {
  flags: '--json',
  description: 'print the result or the error as one JSON object, events as NDJSON on stderr',
};
export const HOST: OptionSpec = { flags: '--host <host>', description: 'which host to act on' };
export const NO_COLOR: OptionSpec = { flags: '--no-color', description: 'no colours (also: NO_COLOR)' };
export const VERSION: OptionSpec = { flags: '-V, --version', description: 'print the version' };
export const HELP: OptionSpec = { flags: '-h, --help', description: 'print this text' };

/** The common time limit; an executable may have a finer one of its own. */
export const TIMEOUT: OptionSpec = {
  flags: '--timeout <time>',
  description: 'give up and undo after so long: seconds, or 300ms, 5m, 1h',
  ...asWait,
};

/** Either there is something to run, or the text that --help or --version asked for. */
export type ParsedCommand = ReadCommand | { readonly text: string };

/** A command line to carry out. */
export interface ReadCommand {
  readonly options: CommonOptions;
  readonly input: Readonly<Record<string, unknown>>;
  /** what to warn of: values that can hardly be meant */
  readonly doubts: readonly string[];
}

/** A value of the command line, and its text there. */
export interface GivenValue {
  readonly value: unknown;
  readonly text: string;
}

/**
 * The command line as `run` gets it.
 *
 * @param given the value of an option that the command line has, by its name in camel case
 */
export function readCommand(
  spec: CommandSpec,
  options: CommonOptions,
  positional: Readonly<Record<string, unknown>>,
  given: (name: string) => GivenValue | undefined,
): ReadCommand {
  const doubts = [...(spec.options ?? []), TIMEOUT].flatMap(({ flags, doubt }) => {
    const long = longOf(flags);
    const found = given(nameOf(long));
    const doubted = found && doubt?.(found.value, found.text);
    return doubted === undefined ? [] : [`${long}: ${doubted}`];
  });
  const common = isJsonForm(spec, given('output')?.value) ? { ...options, json: true } : options;
  return {
    options: ownsTimeout(spec) ? omitTimeout(common) : common,
    doubts: [...new Set(doubts)],
    input: { ...common, ...positional },
  };
}

/** A tool whose own --timeout means something finer must not be ended by the common one. */
export function ownsTimeout({ options = [] }: CommandSpec): boolean {
  return options.some(({ flags }) => longOf(flags) === '--timeout');
}

/** All options that a command has besides its own, in the order of the help text. */
export function commonOptions(spec: CommandSpec): readonly OptionSpec[] {
  const timeout = ownsTimeout(spec) ? [] : [TIMEOUT];
  return [
    VERBOSE,
    QUIET,
    JSON_OUTPUT,
    NO_COLOR,
    { ...HOST, default: DEFAULT_HOST },
    ...timeout,
    VERSION,
    HELP,
  ];
}

function omitTimeout(options: CommonOptions): CommonOptions {
  const { timeout: _, ...common } = options;
  return common;
}

/** "--dry-run" of "-n, --dry-run" */
export function longOf(flags: string): string {
  return /--[^ ,=]+/.exec(flags)?.[0] ?? flags;
}

/** "dryRun" of "--dry-run" */
export function nameOf(long: string): string {
  return long.slice(2).replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
