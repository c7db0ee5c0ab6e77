/**
 * What a tool tells about itself, from texts that were made when it was bundled: without them it would load all that
 * reads command lines to print one line.
 *
 * @packageDocumentation
 */
import { fstatSync } from 'node:fs';
import { textWidth, WIDTH } from './command/text-width.ts';
import { STDOUT, writeAtOnce } from './output/write-at-once.ts';

/** The answers of one executable. */
export interface PreparedTexts {
  /** to --version */
  readonly version: string;
  /** to --help, for a text of the usual width */
  readonly help: string;
}

/**
 * Answers `--version` and `--help`.
 *
 * @param words of the command line
 * @returns whether it has; otherwise the tool itself is to do what is asked, or to say why it cannot be printed
 */
export function answerPrepared(texts: PreparedTexts, words: readonly string[]): boolean {
  const [word = '', ...more] = words;
  if (more.length > 0) return false;
  try {
    if (word === '-V' || word === '--version') return print(texts.version);
    if (word === '-h' || word === '--help') return widthOfStdout() === WIDTH && print(texts.help);
    return false;
  } catch {
    return false;
  }
}

/** process.stdout is made only for what may be a terminal. */
function widthOfStdout(): number {
  return textWidth(fstatSync(STDOUT).isCharacterDevice() ? process.stdout : {}, process.env);
}

function print(text: string): true {
  const left = writeAtOnce(text);
  if (left.length > 0) process.stdout.write(left);
  return true;
}
