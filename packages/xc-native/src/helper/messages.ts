import { VmToolsError } from '@vm-tools/errors';
import { isErrorBody, toJson, type ErrorBody } from '@vm-tools/ipc';
import type { Libraries } from '../prototypes/index.ts';
import type {
  BuildSpec,
  FilePlace,
  ImageSource,
  PrecopyDecision,
  PrecopyStats,
  RestoreSpec,
  RingFrames,
} from '../xen.ts';

/** File descriptors that a helper is born with, besides stderr. */
export const CONTROL_FD = 3;
export const DATA_FD = 4;

/**
 * The longest line in either direction. It leaves ample room for the ACPI tables of a guest, the largest thing that is
 * ever sent, and bounds what a helper gone wild can make its parent keep.
 */
export const LONGEST_LINE_BYTES = 1 << 20;

/** The first message of the parent, and again after each job: the job, and the version of Xen. */
export type Job = {
  readonly domid: number;
  /** "4.17": how its functions and structs look */
  readonly version: string;
  readonly libraries: Libraries;
} & Work;

export type Work =
  | { readonly kind: 'build'; readonly spec: BuildSpec }
  | {
      readonly kind: 'save';
      readonly live: boolean;
      readonly asksPrecopy: boolean;
      /** @default by DATA_FD */
      readonly into?: FilePlace | undefined;
    }
  | { readonly kind: 'restore'; readonly spec: RestoreSpec }
  | { readonly kind: 'dump' }
  | { readonly kind: 'destroy' };

/** Whether bytes go by DATA_FD; a helper can do one such job. */
export function hasStream(work: Work): boolean {
  return work.kind === 'restore' || (isRead(work) && !writesFile(work));
}

/** Whether the parent reads what this makes: when it has had enough of it, the work has not been done. */
export function isRead({ kind }: Pick<Work, 'kind'>): boolean {
  return kind === 'save' || kind === 'dump';
}

/** Whether it writes a file by itself, which no end of a socket can stop. */
export function writesFile(work: Work): boolean {
  return work.kind === 'save' && work.into !== undefined;
}

/** A question of a helper, which then waits for the answer: libxc is waiting in its callback, too. */
export type Question =
  /** before each call that takes long: shall it go on? */
  | { readonly type: 'step'; readonly call: string }
  /** before a restore: where does the image come from? Answered when the parent knows. */
  | { readonly type: 'image' }
  /** answered once the domain has suspended */
  | { readonly type: 'suspend' }
  | { readonly type: 'precopy'; readonly stats: PrecopyStats };

/** Written by the parent for each question. */
export interface Answer {
  readonly answer: PrecopyDecision;
  /** The address of an image that does not come by DATA_FD, or its place in a file. */
  readonly image?: ImageSource | FilePlace;
}

export type Message =
  | Question
  | { readonly type: 'log'; readonly line: string }
  /** the file descriptor by which libxc is about to read a file: its position tells how far it is */
  | { readonly type: 'reading'; readonly fd: number }
  | { readonly type: 'done'; readonly frames?: RingFrames }
  | { readonly type: 'failed'; readonly error: ErrorBody };

type Check = (value: unknown) => boolean;

/** The fields that a message must have; the helper is ours, but a version of it might not be this one. */
const FIELDS: { readonly [Type in Message['type']]: Readonly<Record<string, Check>> } = {
  step: { call: is('string') },
  image: {},
  suspend: {},
  precopy: { stats: has({ iteration: 'number', totalWrittenPages: 'number' }) },
  log: { line: is('string') },
  reading: { fd: is('number') },
  done: {
    frames: (value) => value === undefined || has({ storeFrame: 'bigint', consoleFrame: 'bigint' })(value),
  },
  failed: { error: isErrorBody },
};

/** @throws VmToolsError XEN_HELPER_PROTOCOL */
export function asMessage(value: unknown): Message {
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { type } = fields as { readonly type?: Message['type'] };
  const isKnown = typeof type === 'string' && Object.hasOwn(FIELDS, type);
  if (isKnown && Object.entries(FIELDS[type]).every(([name, check]) => check(fields[name])))
    return value as Message;
  throw protocolError(`a message is not understood: ${toJson(value).slice(0, 200)}`);
}

function is(type: string): Check {
  return (value) => typeof value === type;
}

function has(fields: Readonly<Record<string, string>>): Check {
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([name, type]) => typeof (value as Record<string, unknown>)[name] === type);
}

export function protocolError(what: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_HELPER_PROTOCOL',
    message: `the helper process: ${what}`,
    hint: 'this looks like a defect of vm-tools: please report it',
  });
}
