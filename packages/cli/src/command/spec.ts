import type { Writable } from 'node:stream';
import type { FailureKind } from '@vm-tools/errors';
import type { OpenedHost } from '../host/open-host.ts';
import type { Messages } from '../output/messages.ts';

/** One option, in commander's notation of flags. */
export interface OptionSpec {
  /** e.g. `-o, --output <file>` or `--paused` */
  readonly flags: string;
  readonly description: string;
  /** The option must be given. @default false */
  readonly mandatory?: boolean;
  readonly default?: string | number;
  readonly choices?: readonly string[];
  /**
   * The text for an option whose value may be left out, as in `--wait [time]`. The next word is its value only when it
   * begins with a digit: any other word is a domain.
   */
  readonly preset?: string;
  /** Turns the text into the value; throws to refuse it. */
  readonly parse?: (text: string) => unknown;
  /** A warning for a value that is allowed and can hardly be meant. */
  readonly doubt?: (value: unknown, text: string) => string | undefined;
  /** Names (as in the options object) of options that exclude this one. */
  readonly conflicts?: readonly string[];
  /** As of an argument: how a shell completes the value. @default choices, or else what its name says */
  readonly completes?: readonly string[];
}

/** One positional argument: `<domain>`, `[endpoint]`, `[settings...]`. */
export interface ArgumentSpec {
  readonly name: string;
  readonly description: string;
  /**
   * What a shell completes it to: words, in which `<domain>`, `<peer>`, `<file>` and `<folder>` stand for the names of
   * all that there are, as in `move:<peer>`. @default what its name says, as `<domain...>` does
   */
  readonly completes?: readonly string[];
}

/** A line that a user may type, and what comes of it; shown first by --help. */
export interface ExampleSpec {
  readonly command: string;
  readonly effect: string;
}

/** The declaration of an executable: its `options.ts`. */
export interface CommandSpec {
  readonly name: string;
  /** One clause without a full stop, e.g. "writes a domain to a file and stops it". */
  readonly summary: string;
  readonly arguments?: readonly ArgumentSpec[];
  /** An option named `--timeout` here replaces the common one. */
  readonly options?: readonly OptionSpec[];
  /** Shown first by --help. */
  readonly examples: readonly ExampleSpec[];
  /** Paragraphs at the end of the help text. */
  readonly notes?: readonly string[];
}

/** The command line, read, and the tools that the frame lends to `run`. */
export interface Invocation<Input> {
  readonly program: string;
  /** Arguments and options together, each under its name in camel case. */
  readonly input: Input;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP and when --timeout has passed. */
  readonly signal: AbortSignal;
  readonly messages: Messages;
  /** As given by --host or VM_TOOLS_HOST. */
  readonly hostSpec: string;
  /** The folder of all files of that host: VM_TOOLS_ROOT, or a folder of the simulated host's own. */
  readonly root: string;
  /** Opens the host at the first call; the frame closes it. */
  readonly openHost: () => Promise<OpenedHost>;
  /** For a stream of its own kind; the result goes to stderr from then on. Bytes are not sent to a terminal. */
  readonly claimStdout: (content: 'bytes' | 'text') => Writable;
  /** For daemons, which read their files again at a SIGHUP instead of ending. */
  readonly onHangup: (listener: () => void) => void;
}

/** The result of `run`: as plain data for --json, and as text for people. */
export interface Outcome<Value = unknown> {
  readonly value: Value;
  /** Printed with a newline, made fit to be shown; nothing is printed when it is absent or empty. */
  readonly text?: string;
  /** The kind of failure in a result that is printed anyway: it gives the exit status. */
  readonly failure?: FailureKind;
  /** Nothing was changed, the result is all that there is: a reader that has had enough ends it quietly. @default false */
  readonly isReport?: boolean;
}

/** A command and what it does. Import heavy libraries inside `run`, so that --help does not load them. */
export interface RunnableSpec<Input> extends CommandSpec {
  readonly run: (invocation: Invocation<Input>) => Promise<Outcome>;
}

/**
 * All that `runCli` needs. An executable does one thing (`run`), or several (`commands`, each with a name of its own:
 * `xen-sim start`), or both: what is no name of a command is an argument of `run` then, as in `vm-migrate web1 b`
 * beside `vm-migrate status`. Behind `--` nothing is the name of a command.
 */
export interface CliSpec<Input> extends CommandSpec {
  readonly run?: RunnableSpec<Input>['run'];
  /** Whatever their inputs are: a function that takes more will do where one that takes `never` is asked for. */
  readonly commands?: readonly RunnableSpec<never>[];
}
