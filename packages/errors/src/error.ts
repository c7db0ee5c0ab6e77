import { causesOf } from './causes-of.ts';
import type { FailureKind } from './failure-kind.ts';
import { retryOf, type Retry } from './retry.ts';

/** The ends of a transfer. */
export const SIDES = ['source', 'target'] as const;

/** One of `SIDES`. */
export type Side = (typeof SIDES)[number];

/** The guest's place after the failure: the first thing that the operator wants to know. */
export interface GuestWhereabouts {
  readonly name?: string | undefined;
  readonly domid?: number | undefined;
  readonly uuid?: string | undefined;
  /** One clause, e.g. "still running here", "never created", "suspended here", "destroyed". */
  readonly state: string;
}

/** Everything an error is made of. */
export interface VmToolsErrorInit {
  /** Stable, upper case, prefixed by the package's own word: `XEN_…`, `XENSTORE_…`, `DOMAIN_…`, `XFR_…`. */
  readonly code: string;
  /** One sentence that contains the cause, without a full stop. */
  readonly message: string;
  /** @default 'failure' */
  readonly kind?: FailureKind | undefined;
  /** @default by the kind: see `retryOf` */
  readonly retry?: Retry | undefined;
  /** Of a transfer: which end of it says this. Phase, guest and log are as that end knows them. */
  readonly side?: Side | undefined;
  /** The phase of the work, in the words of its progress events. */
  readonly phase?: string | undefined;
  /** The remedy, in one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  readonly guest?: GuestWhereabouts | undefined;
  /** The last lines that libxc logged about it, oldest first. */
  readonly log?: readonly string[];
  /** The facts as data: `call`, `errno`, `step`, `offset`, … */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The things that could not be undone and are left behind; one clause each. */
  readonly leftovers?: readonly string[];
}

/** The one shape of every failure that the libraries throw and the executables print. */
export class VmToolsError extends Error {
  override readonly name = 'VmToolsError';
  readonly code: string;
  readonly kind: FailureKind;
  /** whether the same thing may be asked for again */
  readonly retry: Retry;
  readonly side: Side | undefined;
  readonly phase: string | undefined;
  readonly hint: string | undefined;
  readonly guest: GuestWhereabouts | undefined;
  readonly log: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly leftovers: readonly string[];

  constructor(init: VmToolsErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.kind = init.kind ?? 'failure';
    this.retry = init.retry ?? retryOf(this.kind);
    this.side = init.side;
    this.phase = init.phase;
    this.hint = init.hint;
    this.guest = init.guest;
    this.log = init.log ?? [];
    this.details = init.details ?? {};
    this.leftovers = init.leftovers ?? [];
  }

  /**
   * The same error with more known about it: a caller higher up adds where the guest is, or what was left. Another
   * kind brings its own advice on trying again, unless that is given, too.
   */
  with(more: Partial<Omit<VmToolsErrorInit, 'code'>>): VmToolsError {
    const isSameKind = more.kind === undefined || more.kind === this.kind;
    const above = new VmToolsError({
      code: this.code,
      message: more.message ?? this.message,
      kind: more.kind ?? this.kind,
      retry: more.retry ?? (isSameKind ? this.retry : undefined),
      side: more.side ?? this.side,
      phase: more.phase ?? this.phase,
      hint: more.hint ?? this.hint,
      guest: more.guest ?? this.guest,
      cause: more.cause ?? this.cause,
      log: more.log ?? this.log,
      details: { ...this.details, ...more.details },
      leftovers: [...this.leftovers, ...(more.leftovers ?? [])],
    });
    // A developer who looks for a defect wants to see where it was thrown first.
    if (more.message === undefined && this.stack !== undefined) above.stack = this.stack;
    return above;
  }

  /** For `--json` and for a peer; Error's own fields are not enumerable and would be lost. */
  toJSON(): PrintedError {
    const cause = causesOf(this).reduceRight<PrintedCause | undefined>(describeLink, undefined);
    return { ...factsOf(this), ...pickDefined({ cause }) };
  }
}

/** An error as `--json` prints it, and as it goes to a peer. */
export interface PrintedError {
  /** Stable; docs/errors.md has all of them. */
  readonly code: string;
  readonly kind: FailureKind;
  /** Whether the same thing may be asked for again. */
  readonly retry: Retry;
  /** Of a transfer: which end of it says this. */
  readonly side?: Side;
  /** The phase of the work, in the words of its progress events. */
  readonly phase?: string;
  /** One sentence that contains the cause. */
  readonly message: string;
  /** The remedy. */
  readonly hint?: string;
  readonly guest?: GuestWhereabouts;
  /** The last lines that libxc logged about it, oldest first. */
  readonly log?: readonly string[];
  /** The facts as data: `call`, `errno`, `step`, `offset`, … */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The things that could not be undone and are left behind; one clause each. */
  readonly leftovers?: readonly string[];
  readonly cause?: PrintedCause;
}

/** What led to an error: another one, one of Node or of a library, or what else was thrown. */
export type PrintedCause = PrintedError | ForeignCause | string;

/** An error that is none of ours. */
export interface ForeignCause {
  readonly message: string;
  /** "ENOENT" */
  readonly code?: string;
  readonly cause?: PrintedCause;
}

/** The facts of an error alone. */
function factsOf(error: VmToolsError): Omit<PrintedError, 'cause'> {
  const { code, kind, retry, side, phase, message, hint, guest, log, details, leftovers } = error;
  return {
    ...{ code, kind, retry },
    ...pickDefined({ side, phase }),
    message,
    ...pickDefined({ hint, guest }),
    ...(log.length > 0 ? { log } : {}),
    ...(Object.keys(details).length > 0 ? { details } : {}),
    ...(leftovers.length > 0 ? { leftovers } : {}),
  };
}

function pickDefined<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** One link of a chain; `cause` is what led to it, described already. */
function describeLink(cause: PrintedCause | undefined, link: unknown): PrintedCause {
  if (link instanceof VmToolsError) return { ...factsOf(link), ...pickDefined({ cause }) };
  if (!(link instanceof Error)) return String(link);
  const { code } = link as NodeJS.ErrnoException;
  return { message: link.message, ...pickDefined({ code, cause }) };
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
