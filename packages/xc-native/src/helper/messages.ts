import type { FailureKind } from '@vm-tools/errors';
import type { Libraries } from '../prototypes/index.ts';
import type { BuildSpec, GuestBlob, ImageSource, PrecopyDecision, RestoreSpec } from '../xen.ts';
import { protocolError } from './lines.ts';

/** File descriptors that a helper is born with, besides stderr. */
export const CONTROL_FD = 3;
export const DATA_FD = 4;

/** What the parent writes first, and again when it is done: what to do, and with which Xen. */
export type Job = {
  readonly domid: number;
  /** "4.17": how its functions and structs look */
  readonly version: string;
  readonly libraries: Libraries;
} & Work;

export type Work =
  | { readonly kind: 'build'; readonly spec: WireBuildSpec }
  | { readonly kind: 'save'; readonly live: boolean; readonly asksPrecopy: boolean }
  | { readonly kind: 'restore'; readonly spec: RestoreSpec }
  | { readonly kind: 'destroy' };

/** Whether bytes go with it; a helper can do one such job. */
export function hasStream({ kind }: Work): boolean {
  return kind === 'save' || kind === 'restore';
}

/** A BuildSpec that survives JSON: the bytes of blobs are in base64. */
export type WireBuildSpec = Omit<BuildSpec, 'acpi'> & {
  readonly acpi?: readonly (Omit<GuestBlob, 'data'> & { readonly data: string })[];
};

/** What a helper asks, and then waits for the answer: libxc is waiting in its callback, too. */
export type Question =
  /** before each call that takes long: shall it go on? */
  | { readonly type: 'step'; readonly call: string }
  /** before a restore: where does the image come from? Answered when somebody knows. */
  | { readonly type: 'image' }
  /** answered once the domain has suspended */
  | { readonly type: 'suspend' }
  /** struct precopy_stats; dirtyCount is "-1" when unknown */
  | {
      readonly type: 'precopy';
      readonly iteration: number;
      readonly totalWritten: string;
      readonly dirtyCount: string;
    };

/** Written by the parent for each question. */
export interface Answer {
  readonly answer: PrecopyDecision;
  /** Where an image is to be fetched that does not come by DATA_FD. */
  readonly image?: ImageSource;
}

/** Of a VmToolsError, what a helper sends home. */
export interface WireError {
  readonly code: string;
  readonly kind: FailureKind;
  readonly message: string;
  readonly hint?: string;
  readonly log?: readonly string[];
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface WireFrames {
  readonly store: string;
  readonly console: string;
}

export type Message =
  | Question
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'done'; readonly frames?: WireFrames }
  | { readonly type: 'failed'; readonly error: WireError };

type Shape = Readonly<Record<string, 'string' | 'number'>>;

/** The fields that a message must have; the helper is ours, but a version of it might not be this one. */
const SHAPES: { readonly [Type in Message['type']]: Shape } = {
  step: { call: 'string' },
  image: {},
  suspend: {},
  precopy: { iteration: 'number', totalWritten: 'string', dirtyCount: 'string' },
  log: { line: 'string' },
  done: {},
  failed: {},
};

/** @throws VmToolsError XEN_HELPER_PROTOCOL */
export function asMessage(value: unknown): Message {
  const fields = asRecord(value);
  const { type } = fields;
  if (typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) throw malformed(value);
  const message = fields as unknown as Message;
  if (!hasShape(fields, SHAPES[message.type])) throw malformed(value);
  if (message.type === 'done' && message.frames !== undefined) {
    if (!hasShape(asRecord(message.frames), { store: 'string', console: 'string' })) throw malformed(value);
  }
  if (message.type === 'failed') {
    if (!hasShape(asRecord(message.error), { code: 'string', kind: 'string', message: 'string' })) {
      throw malformed(value);
    }
  }
  return message;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw malformed(value);
  return value as Readonly<Record<string, unknown>>;
}

function hasShape(fields: Readonly<Record<string, unknown>>, shape: Shape): boolean {
  return Object.entries(shape).every(([key, type]) => typeof fields[key] === type);
}

function malformed(value: unknown): Error {
  return protocolError(`a message is not understood: ${JSON.stringify(value).slice(0, 200)}`);
}
