import type { VmToolsError } from '@vm-tools/errors';
import type { ConfigWarning, Position } from '@vm-tools/libdomain';

/** Where something stands. What is about a whole file has no line. */
export interface Place {
  readonly line?: number;
  readonly column?: number;
  /** where that is not the file */
  readonly in?: 'command line';
}

/** Something that is ignored or assumed. */
export interface Warning extends Place {
  readonly message: string;
}

/** A reason for which a file is refused. */
export interface Refusal extends Warning {
  readonly key?: string;
  readonly code: string;
  readonly hint?: string;
}

/** All that there is to say about one file. */
export interface FileReport {
  /** as the command line names it */
  readonly file: string;
  /** whether it would be taken */
  readonly ok: boolean;
  readonly refused: readonly Refusal[];
  readonly warnings: readonly Warning[];
}

/** As libdomain gives the place of an override. */
const COMMAND_LINE = 'command line';

export function warningOf({ position, sentence }: ConfigWarning): Warning {
  return { ...placeOf(position), message: sentence };
}

/** Each problem that an error stands for. */
export function refusalsOf(error: VmToolsError): Refusal[] {
  const { problems } = error.details;
  if (Array.isArray(problems)) return (problems as Problem[]).map(refusalOf);
  const { code, message, hint } = error;
  return [refusalOf({ code, message, hint })];
}

/** As an error has it in its details. */
type Problem = Pick<VmToolsError, 'code' | 'message' | 'hint'> & {
  readonly key?: string;
} & Partial<Position>;

function refusalOf({ code, message, hint, key, file, line, column }: Problem): Refusal {
  const isPlaced = file !== undefined && line !== undefined && column !== undefined;
  const place = isPlaced ? `${file}:${line}:${column}: ` : '';
  return {
    ...(isPlaced ? placeOf({ file, line, column }) : {}),
    ...(key === undefined ? {} : { key }),
    code,
    message: message.startsWith(place) ? message.slice(place.length) : message,
    ...(hint === undefined ? {} : { hint }),
  };
}

function placeOf({ file, line, column }: Position): Place {
  return { line, column, ...(file === COMMAND_LINE ? { in: COMMAND_LINE } : {}) };
}
