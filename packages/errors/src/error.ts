import type { FailureKind } from './failure-kind.ts';
import { retryOf, type Retry } from './retry.ts';

/** An end of a transfer. */
export type Side = 'source' | 'target';

/** Where the guest is after the failure: the first thing that its owner wants to know. */
export interface GuestWhereabouts {
  readonly name?: string;
  readonly domid?: number;
  readonly uuid?: string;
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
  readonly kind?: FailureKind;
  /** @default by the kind: see `retryOf` */
  readonly retry?: Retry;
  /** Of a transfer: which end of it says this. Phase, guest and log are as that end knows them. */
  readonly side?: Side;
  /** What was being done, in the words of the events that tell the progress of it. */
  readonly phase?: string;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly guest?: GuestWhereabouts;
  /** The last lines that libxc logged about it, oldest first. */
  readonly log?: readonly string[];
  /** The facts as data: `call`, `errno`, `step`, `offset`, … */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What could not be undone and is left behind; one clause each. */
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
      ...pickDefined({
        retry: more.retry ?? (isSameKind ? this.retry : undefined),
        side: more.side ?? this.side,
        phase: more.phase ?? this.phase,
        hint: more.hint ?? this.hint,
        guest: more.guest ?? this.guest,
      }),
      cause: more.cause ?? this.cause,
      log: more.log ?? this.log,
      details: { ...this.details, ...more.details },
      leftovers: [...this.leftovers, ...(more.leftovers ?? [])],
    });
    // Where it was thrown first is what somebody who looks for a defect wants to see.
    if (more.message === undefined && this.stack !== undefined) above.stack = this.stack;
    return above;
  }

  /** For `--json` and for a peer; Error's own fields are not enumerable and would be lost. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      kind: this.kind,
      retry: this.retry,
      ...pickDefined({ side: this.side, phase: this.phase }),
      message: this.message,
      ...pickDefined({ hint: this.hint, guest: this.guest }),
      ...(this.log.length > 0 ? { log: this.log } : {}),
      ...(Object.keys(this.details).length > 0 ? { details: this.details } : {}),
      ...(this.leftovers.length > 0 ? { leftovers: this.leftovers } : {}),
      ...(this.cause === undefined ? {} : { cause: describeCause(this.cause) }),
    };
  }
}

/** No chain of causes is that long, unless it leads back to itself. */
const MAX_CAUSES = 8;

function pickDefined<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function describeCause(cause: unknown, left = MAX_CAUSES): unknown {
  if (cause instanceof VmToolsError) return cause.toJSON();
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  const isLast = cause.cause === undefined || left === 0;
  return {
    message: cause.message,
    ...pickDefined({ code }),
    ...(isLast ? {} : { cause: describeCause(cause.cause, left - 1) }),
  };
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
