import { messageOf, Timer, VmToolsError, within } from '@vm-tools/errors';
import { shownJson, shownLines } from '@vm-tools/words';
import { versionText } from './build-info.ts';
import { chooseCommand, suggestCommand, type ChosenCommand } from './command/choose-command.ts';
import { BROKEN_PIPE_EXIT, exitStatus, SIGNAL_EXIT, type EndingSignal } from './command/exit-codes.ts';
import type { CommonOptions, ParsedCommand, ReadCommand } from './command/options/common-options.ts';
import { seemsToWantJson } from './command/options/form-option.ts';
import { readPlainWords } from './command/read-plain-words.ts';
import type { CliSpec, Invocation, Outcome } from './command/spec.ts';
import { findRoot } from './host/find-root.ts';
import type { OpenedHost } from './host/open-host.ts';
import { listenForInterruption } from './interruption.ts';
import { loadColours, NO_COLOURS } from './output/colours.ts';
import { createMessages, wantsColour, type Messages } from './output/messages.ts';
import { isReaderGone } from './output/output-lost.ts';
import { createOutput, type Output } from './output/output.ts';
import { asVmToolsError } from './output/render-error.ts';

/** How long the host may take to close once the result is known. */
const CLOSE_LIMIT_MS = 2_000;
/** A result of up to so many characters is repeated on stderr where it could not be printed. */
const SHORT_RESULT = 200;

/**
 * The one call of each `main.ts`: reads the command line, runs, prints the result on stdout and everything else on
 * stderr, and ends the process with the status that says what happened.
 */
export async function runCli<Input>(spec: CliSpec<Input>): Promise<never> {
  const words = process.argv.slice(2);
  const output = createOutput(process);
  let parsed: ParsedCommand;
  let chosen: ChosenCommand<Input> | undefined;
  try {
    chosen = chooseCommand(spec, words);
    parsed = readPlainWords(chosen.command, chosen.words) ?? (await parseAny(spec.name, chosen));
  } catch (thrown) {
    // The line could not be parsed, but its words say whether a program or a person reads the answer.
    const json = seemsToWantJson([chosen?.command ?? spec, ...(chosen ? [] : (spec.commands ?? []))], words);
    const error = withSuggestion(thrown, suggestCommand(spec, words));
    const messages = await messagesFor(spec.name, output, { json, color: !words.includes('--no-color') });
    return fail(error, output, messages);
  }
  if ('text' in parsed) {
    const outcome = { value: parsed.text, text: parsed.text.trimEnd(), isReport: true };
    return finish(outcome, output, await messagesFor(spec.name, output, {}));
  }
  return run(spec, words, chosen.command, parsed, output);
}

/** By commander, which is loaded for it. */
async function parseAny<Input>(
  program: string,
  { command, words }: ChosenCommand<Input>,
): Promise<ParsedCommand> {
  const { parseCommand } = await import('./command/parse-command.ts');
  return parseCommand(command, words, versionText(program));
}

async function run<Input>(
  spec: CliSpec<Input>,
  words: readonly string[],
  command: ChosenCommand<Input>['command'],
  parsed: ReadCommand,
  output: Output,
): Promise<never> {
  const { options } = parsed;
  const { name: program } = spec;
  const messages = await messagesFor(program, output, options);
  for (const doubt of parsed.doubts) messages.warn(doubt);
  // Node ends when there is nothing more to wait for, and with status 0, as if all had been done.
  process.once('beforeExit', () => {
    const defect = new Error('the work has not come to its end, and there is nothing left to wait for');
    void fail(defect, output, messages);
  });
  const controller = new AbortController();
  const interruption = listenForInterruption(process, {
    abort: (reason) => controller.abort(reason),
    onFirst: (signal) => messages.note(`${signal}: ending cleanly; once more to stop at once`),
    onSecond: (signal) => {
      messages.warn(
        `stopped by a second ${signal} before the undo was complete; something may be left behind`,
      );
      process.exit(SIGNAL_EXIT[signal]);
    },
  });
  if (options.timeout !== undefined) abortAfter(options.timeout, controller);

  let host: Promise<OpenedHost> | undefined;
  let outcome: Outcome;
  try {
    const root = await findRoot(options.host);
    const invocation: Invocation<Input> = {
      program,
      input: parsed.input as Input, // of the shape that the spec declared to commander
      signal: controller.signal,
      messages,
      hostSpec: options.host,
      root,
      openHost: () =>
        (host ??= import('./host/open-host.ts').then(({ openHost }) =>
          openHost(options.host, { root, command: program, signal: controller.signal }),
        )),
      claimStdout: (content) => output.claimStdout(content),
      onHangup: (listener) => interruption.onHangup(listener),
    };
    outcome = (await command.run?.(invocation)) ?? { value: null };
  } catch (thrown) {
    await close(host, messages);
    return fail(withSuggestion(thrown, suggestCommand(spec, words)), output, messages, interruption.received);
  }
  await close(host, messages);
  return finish(outcome, output, messages, interruption.received);
}

/** Prints the result. When that fails, it says both: the command has done its work, and its result is lost. */
async function finish(
  outcome: Outcome,
  output: Output,
  messages: Messages,
  signal?: EndingSignal,
): Promise<never> {
  const { value, text = '', failure, isReport = false } = outcome;
  const printed = messages.json ? shownJson(value) : shownLines(text);
  try {
    if (printed !== '') await output.print(`${printed}\n`);
  } catch (thrown) {
    const lost = asVmToolsError(thrown, messages.program);
    if (isReport && isReaderGone(lost)) return output.end(BROKEN_PIPE_EXIT);
    messages.failed(isReport ? lost : workDone(lost, outcome));
    return output.end(exitStatus(failure ?? lost.kind, signal));
  }
  return output.end(failure === undefined ? 0 : exitStatus(failure, signal));
}

/** The result may be the domid of what was created: it is told here, then. */
function workDone(lost: VmToolsError, { value, text = '' }: Outcome): VmToolsError {
  return lost.with({
    message: `all has been done, but ${lost.message}`,
    retry: 'after-fix',
    details: { result: value },
    ...(text === '' || text.length > SHORT_RESULT ? {} : { hint: `it was: ${text}` }),
  });
}

async function messagesFor(
  program: string,
  { stderr }: Output,
  options: Partial<CommonOptions>,
): Promise<Messages> {
  const isColoured = wantsColour(stderr, process.env, options.color);
  return createMessages({
    program,
    stream: stderr,
    json: options.json === true,
    verbosity: options.verbose ?? 0,
    quiet: options.quiet === true,
    colours: isColoured ? await loadColours() : NO_COLOURS,
  });
}

/**
 * A suggestion for a first argument that was taken for an argument, such as a domain, and may have been meant as a
 * command.
 */
function withSuggestion(thrown: unknown, suggestion: string | undefined): unknown {
  if (suggestion === undefined || !(thrown instanceof VmToolsError)) return thrown;
  const { code, hint } = thrown;
  if (code === 'USAGE') return thrown.with({ hint: suggestion });
  if (code !== 'DOMAIN_UNKNOWN') return thrown;
  return thrown.with({ hint: hint === undefined ? suggestion : `${suggestion} ${hint}` });
}

/** With --json the error takes the place of the result: a program finds one object on stdout, whatever happened. */
async function fail(
  thrown: unknown,
  output: Output,
  messages: Messages,
  signal?: EndingSignal,
): Promise<never> {
  const error = asVmToolsError(thrown, messages.program);
  if (messages.json) {
    await output.print(`${shownJson({ error })}\n`).catch(() => messages.failed(error));
  } else messages.failed(error);
  return output.end(exitStatus(error.kind, signal));
}

function abortAfter(limitMs: number, controller: AbortController): void {
  const late = new VmToolsError({
    code: 'TIME_LIMIT',
    kind: 'timeout',
    message: `not done within the ${limitMs / 1000} s of --timeout`,
    hint: 'allow it more time',
  });
  new Timer(limitMs, () => controller.abort(late)).unref();
}

/** A host that does not close must not keep back the result; what it holds ends with the process. */
async function close(host: Promise<OpenedHost> | undefined, messages: Messages): Promise<void> {
  const opened = await host?.catch(() => undefined); // run reports its failure
  if (!opened) return;
  const late = { code: 'HOST_CLOSE', message: 'the host did not close' };
  await within(opened.close(), CLOSE_LIMIT_MS, late).catch((thrown: unknown) =>
    messages.detail(messageOf(thrown)),
  );
}
