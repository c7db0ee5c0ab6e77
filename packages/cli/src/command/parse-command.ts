import { messageOf, VmToolsError } from '@vm-tools/errors';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import {
  DEFAULT_HOST,
  HELP,
  HOST,
  HOST_VARIABLE,
  JSON_OUTPUT,
  NO_COLOR,
  ownsTimeout,
  QUIET,
  readCommand,
  TIMEOUT,
  VERBOSE,
  VERSION,
  type CommonOptions,
  type ParsedCommand,
} from './options/common-options.ts';
import { formatHelp } from './help.ts';
import { textWidth } from './text-width.ts';
import type { CliSpec, CommandSpec, OptionSpec } from './spec.ts';

/**
 * Reads a command line.
 *
 * @param width of the help text, columns
 * @throws VmToolsError USAGE
 */
export function parseCommand(
  spec: CliSpec<never>,
  words: readonly string[],
  version: string,
  width = textWidth(process.stdout, process.env),
): ParsedCommand {
  let text = '';
  let hint: string | undefined;
  const command = declareCommand(spec, version, {
    width,
    write: (written) => (text += written),
    onRefused: (thrown) => (hint = thrown instanceof VmToolsError ? thrown.hint : undefined),
  });
  const written = new Map<string, string>();
  for (const option of command.options)
    command.on(`option:${option.name()}`, (value: string) => written.set(option.attributeName(), value));
  try {
    command.parse(withPresets(spec, words), { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return { text };
    throw usageError(spec.name, thrown.message, hint);
  }
  const positional = command.registeredArguments.map((argument, index) => [
    argument.name(),
    command.processedArgs[index] as unknown,
  ]);
  const options = command.opts<CommonOptions>();
  // Not left to commander, which asks for the missing -o before it says that --outptu is a misspelling of it.
  const missing = (spec.options ?? []).find(
    ({ flags, mandatory }) => mandatory && !(new Option(flags).attributeName() in options),
  );
  if (missing) throw usageError(spec.name, `option ${missing.flags} is missing`);
  return readCommand(spec, options, Object.fromEntries(positional) as Record<string, unknown>, (name) =>
    command.getOptionValueSource(name) === 'cli'
      ? { value: command.getOptionValue(name), text: written.get(name) ?? '' }
      : undefined,
  );
}

/** `--wait web1` waits for web1: left to commander, that would be how long. */
function withPresets({ options = [] }: CommandSpec, words: readonly string[]): string[] {
  const presets = new Map(options.map(({ flags, preset }) => [new Option(flags).long, preset]));
  const end = words.indexOf('--');
  return words.map((word, index) => {
    const preset = presets.get(word);
    const isOption = end === -1 || index < end;
    if (preset === undefined || !isOption || /^\d/.test(words[index + 1] ?? '')) return word;
    return `${word}=${preset}`;
  });
}

interface Reader {
  /** columns of the help text */
  readonly width: number;
  /** takes what --help and --version print */
  readonly write: (text: string) => void;
  /** told why a value was refused; commander keeps its message only */
  readonly onRefused: (thrown: unknown) => void;
}

function declareCommand(spec: CliSpec<never>, version: string, { width, write, onRefused }: Reader): Command {
  const command = new Command(spec.name)
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: () => undefined,
      getOutHelpWidth: () => width,
    })
    .configureHelp({ formatHelp: (cmd, helper) => formatHelp(spec, cmd, helper) });
  for (const { name, description } of spec.arguments ?? [])
    command.addArgument(new Argument(name, description));
  for (const option of spec.options ?? []) command.addOption(declareOption(option, onRefused));

  command
    .option(VERBOSE.flags, VERBOSE.description, (_: string, times: number) => times + 1, 0)
    .option(QUIET.flags, QUIET.description)
    .option(JSON_OUTPUT.flags, JSON_OUTPUT.description)
    .option(NO_COLOR.flags, NO_COLOR.description)
    .addOption(new Option(HOST.flags, HOST.description).env(HOST_VARIABLE).default(DEFAULT_HOST));
  if (!ownsTimeout(spec)) {
    command.addOption(declareOption(TIMEOUT, onRefused));
  }
  return command
    .version(version, VERSION.flags, VERSION.description)
    .helpOption(HELP.flags, HELP.description);
}

function declareOption(spec: OptionSpec, onRefused: Reader['onRefused']): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.default !== undefined) option.default(spec.default);
  if (spec.choices) option.choices(spec.choices);
  if (spec.conflicts) option.conflicts([...spec.conflicts]);
  const { parse } = spec;
  if (parse) {
    option.argParser((value: string) => {
      try {
        return parse(value);
      } catch (thrown) {
        onRefused(thrown);
        throw new InvalidArgumentError(messageOf(thrown));
      }
    });
  }
  return option;
}

/** Commander's "error: unknown option '--x'\n(Did you mean --y?)" as one line of ours. */
function usageError(program: string, message: string, hint = `try ${program} --help`): VmToolsError {
  return new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: message
      .replace(/^error: /, '')
      .replace('(Did you mean', '(did you mean')
      .replace(/\.$/, '')
      .replace('. ', ': ')
      .replaceAll('\n', ' '),
    hint,
  });
}
