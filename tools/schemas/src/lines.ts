import type { ShownStep } from '@vm-tools/cli';
import type { PrintedError } from '@vm-tools/errors';
import type { DomainEvent } from '@vm-tools/libdomain';
import type { GuestOutcome } from '@vm-tools/libhost';
import type { TransferFigures } from '@vm-tools/libxfr';
import type { ObservedEvent } from '@vm-tools/libxfr/types';
// A tool exports nothing: it is a program.
// eslint-disable-next-line @nx/enforce-module-boundaries
import type { Look } from '../../../packages/vm-top/src/result.ts';

/** What is printed in place of a result when a command has failed. */
export interface Failure {
  readonly error: PrintedError;
}

/** Something that is said beside the work; of -v `detail`, of -vv `trace`. */
export interface MessageLine {
  readonly type: 'note' | 'warning' | 'detail' | 'trace';
  readonly message: string;
}

/** A failure behind which others are still worked on, or a result that could not be printed. */
export interface ErrorLine {
  readonly type: 'error';
  readonly error: PrintedError;
}

/** What a service logs. Further fields are the facts of that line: `domid`, `peer`, … */
export interface LogLine {
  readonly type: 'log';
  /** ISO 8601 */
  readonly at: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [fact: string]: unknown;
}

/** How far a file has been read, where nothing happens to a guest. */
export interface ReadingLine extends Pick<TransferFigures, 'transferred' | 'remaining' | 'throughput'> {
  readonly type: 'progress';
  readonly status: 'reading';
}

/** What has become of a guest of this host. */
export type GuestLine = { readonly type: 'guest' } & GuestOutcome;

/** A line on stderr. */
export type Line = MessageLine | ErrorLine | LogLine | ReadingLine | GuestLine | ShownStep | ObservedEvent;

/** A line of vm-events. */
export type EventLine = DomainEvent;

/** A line of vm-top. */
export type LookLine = Look;
