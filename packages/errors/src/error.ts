/**
 * What kind of failure it is, in the words of somebody who has to react to it. Executables turn it into their
 * exit status (packages/cli), a management program into its own reaction.
 */
export type FailureKind =
  | 'failure' // any other failure; state unchanged or restored
  | 'usage' // bad arguments or configuration
  | 'no-domain' // domain not found, or its name is ambiguous
  | 'no-xen' // no hypervisor, no privilege, unknown version of its libraries
  | 'resource' // not enough memory or disk, here or there
  | 'peer' // the other host: unreachable, refused, incompatible
  | 'not-converged' // a budget of time, downtime or rounds was reached; the guest runs at the source
  | 'aborted-safe' // interrupted during a transfer; the guest runs at the source
  | 'uncertain' // failed after hand-over began: both sides must be looked at
  | 'corrupt' // a stream or image that is not what it should be
  | 'timeout' // a time limit was reached
  | 'interrupted'; // a signal, or an AbortSignal, after a clean undo

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
  readonly hint: string | undefined;
  readonly guest: GuestWhereabouts | undefined;
  readonly log: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly leftovers: readonly string[];

  constructor(init: VmToolsErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.kind = init.kind ?? 'failure';
    this.hint = init.hint;
    this.guest = init.guest;
    this.log = init.log ?? [];
    this.details = init.details ?? {};
    this.leftovers = init.leftovers ?? [];
  }

  /** The same error with more known about it: a caller higher up adds where the guest is, or what was left. */
  with(more: Partial<Omit<VmToolsErrorInit, 'code'>>): VmToolsError {
    return new VmToolsError({
      code: this.code,
      message: more.message ?? this.message,
      kind: more.kind ?? this.kind,
      ...pickDefined({ hint: more.hint ?? this.hint, guest: more.guest ?? this.guest }),
      cause: more.cause ?? this.cause,
      log: more.log ?? this.log,
      details: { ...this.details, ...more.details },
      leftovers: [...this.leftovers, ...(more.leftovers ?? [])],
    });
  }

  /** For `--json` and for a peer; Error's own fields are not enumerable and would be lost. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      kind: this.kind,
      message: this.message,
      ...pickDefined({ hint: this.hint, guest: this.guest }),
      ...(this.log.length > 0 ? { log: this.log } : {}),
      ...(Object.keys(this.details).length > 0 ? { details: this.details } : {}),
      ...(this.leftovers.length > 0 ? { leftovers: this.leftovers } : {}),
      ...(this.cause === undefined ? {} : { cause: describeCause(this.cause) }),
    };
  }
}

function pickDefined<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function describeCause(cause: unknown): unknown {
  if (cause instanceof VmToolsError) return cause.toJSON();
  if (cause instanceof Error) {
    const { code } = cause as NodeJS.ErrnoException;
    return { message: cause.message, ...(code === undefined ? {} : { code }) };
  }
  return String(cause);
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
