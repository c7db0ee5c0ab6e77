import { FAILURE_KINDS, messageOf, RETRIES, SIDES, VmToolsError } from '@vm-tools/errors';
import type { FailureKind, VmToolsErrorInit } from '@vm-tools/errors';

/** A VmToolsError as it travels, with its causes: what its toJSON gives. */
export interface ErrorBody extends Omit<VmToolsErrorInit, 'kind'> {
  readonly kind: FailureKind;
}

/** Of what has no code of ours. All processes that talk in lines work for calls of Xen. */
const OTHER_FAILURE = 'XEN_CALL_FAILED';
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Errors with causes that have causes: real ones have a few at most. */
const DEEPEST_CAUSE = 16;

/** Whatever was thrown, as it travels. */
export function encodeError(thrown: unknown): ErrorBody {
  const error =
    thrown instanceof VmToolsError
      ? thrown
      : new VmToolsError({ code: OTHER_FAILURE, message: messageOf(thrown), cause: thrown });
  return error.toJSON();
}

/** The error again, with its chain of causes. A code that is none becomes a general one. */
export function decodeError(body: ErrorBody): VmToolsError {
  return revive(body, 0);
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const oneOf =
  (words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const GUEST: Readonly<Record<string, Check>> = {
  name: optional(isText),
  domid: optional(Number.isFinite),
  uuid: optional(isText),
  state: isText,
};

/** All fields but code, which is replaced where it is wrong, and cause, which may be anything. */
const FIELDS: Readonly<Record<string, Check>> = {
  kind: oneOf(FAILURE_KINDS),
  retry: optional(oneOf(RETRIES)),
  side: optional(oneOf(SIDES)),
  phase: optional(isText),
  message: isText,
  hint: optional(isText),
  guest: optional((value) => hasFields(value, GUEST)),
  log: optional(isTexts),
  details: optional(isRecord),
  leftovers: optional(isTexts),
};

/** Whether a message of another process is an error. */
export function isErrorBody(value: unknown): value is ErrorBody {
  return hasFields(value, FIELDS);
}

function hasFields(value: unknown, fields: Readonly<Record<string, Check>>): boolean {
  return isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]));
}

/** As JSON makes them: no list, no bytes. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function revive({ code, guest, cause, ...rest }: ErrorBody, depth: number): VmToolsError {
  return new VmToolsError({
    ...rest,
    code: isText(code) && CODE.test(code) ? code : OTHER_FAILURE,
    ...(guest === undefined ? {} : { guest: knownOf(guest) }),
    cause: depth < DEEPEST_CAUSE ? reviveCause(cause, depth + 1) : undefined,
  });
}

/** Other fields of the guest would be shown as the other process has sent them. */
function knownOf(guest: NonNullable<ErrorBody['guest']>): NonNullable<ErrorBody['guest']> {
  return Object.fromEntries(Object.entries(guest).filter(([name]) => Object.hasOwn(GUEST, name))) as never;
}

function reviveCause(cause: unknown, depth: number): unknown {
  if (isErrorBody(cause)) return revive(cause, depth);
  if (typeof cause !== 'object' || cause === null) return cause;
  // Its other forms are unknown, and a foreign object cannot always be shown.
  const { message, code } = cause as Readonly<Record<string, unknown>>;
  if (typeof message !== 'string' || !optional(isText)(code)) return undefined;
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
