import type { VmToolsError } from '@vm-tools/errors';
import { shown, shownJson } from '@vm-tools/words';
import { NO_COLOURS, type Colours } from './colours.ts';
import { renderError } from './render-error.ts';

/** The part of a terminal or file that messages need. */
export interface MessageStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  on?(event: 'error', listener: () => void): unknown;
}

export interface MessagesInit {
  readonly program: string;
  readonly stream: MessageStream;
  /** Messages are JSON objects, one a line, so that a program can read all of stderr. @default false */
  readonly json?: boolean;
  /** How often -v was given. @default 0 */
  readonly verbosity?: number;
  /** @default false */
  readonly quiet?: boolean;
  /** @default none */
  readonly colours?: Colours;
}

/** All that is said on stderr, made fit to be shown: names come from peers, too. stdout belongs to the result. */
export interface Messages {
  readonly program: string;
  readonly verbosity: number;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly stream: MessageStream;
  readonly colours: Colours;
  /** Something worth knowing; silenced by -q. */
  readonly note: (text: string) => void;
  /** Something that the user should act on; never silenced. */
  readonly warn: (text: string) => void;
  /** Only with -v. */
  readonly detail: (text: string) => void;
  /** Only with -vv: what libxc logs. */
  readonly trace: (text: string) => void;
  /** Why it failed; never silenced. */
  readonly failed: (error: VmToolsError) => void;
  /** Whether stderr has failed: its reader is gone, or its disk is full. */
  isUnheard: boolean;
  /** A line of NDJSON; only with --json. */
  readonly event: (event: object) => void;
  /** Set while a progress line is shown: takes it away before other text comes, and puts it back. */
  around: ((print: () => void) => void) | undefined;
}

/** The messages of a tool on stderr: for people, with colours where that is a terminal, or as NDJSON. */
export function createMessages(init: MessagesInit): Messages {
  const { program, stream, json = false, verbosity = 0, quiet = false, colours = NO_COLOURS } = init;
  const print = (line: string): void => {
    const write = (): void => void stream.write(`${line}\n`);
    if (messages.around) messages.around(write);
    else write();
  };
  const say = (type: string, text: string, line: string): void =>
    print(json ? shownJson({ type, message: text }) : line);

  const messages: Messages = {
    program,
    verbosity,
    quiet,
    json,
    stream,
    colours,
    around: undefined,
    isUnheard: false,
    note: (text) => {
      if (!quiet) say('note', text, `${program}: ${shown(text)}`);
    },
    warn: (text) => say('warning', text, `${program}: ${colours.yellow('warning:')} ${shown(text)}`),
    detail: (text) => {
      if (verbosity > 0) say('detail', text, colours.dim(`${program}: ${shown(text)}`));
    },
    trace: (text) => {
      if (verbosity > 1) say('trace', text, colours.dim(`libxc: ${shown(text)}`));
    },
    failed: (error) => print(json ? shownJson({ type: 'error', error }) : renderError(error, messages)),
    event: (event) => {
      if (json) print(shownJson(event));
    },
  };
  stream.on?.('error', () => (messages.isUnheard = true));
  return messages;
}

/**
 * Whether to colour a stream. The user's word comes first, then the conventions of no-color.org and CLICOLOR_FORCE,
 * then what the stream is.
 */
export function wantsColour(
  stream: MessageStream,
  environment: NodeJS.ProcessEnv,
  option: boolean | undefined,
): boolean {
  if (option === false || environment['NO_COLOR']) return false;
  if (environment['CLICOLOR_FORCE'] && environment['CLICOLOR_FORCE'] !== '0') return true;
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}
