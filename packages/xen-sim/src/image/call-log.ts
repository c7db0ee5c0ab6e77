import { constants } from 'node:os';
import type { VmToolsError } from '@vm-tools/errors';
import { callError } from '@vm-tools/xc-native';
import type { ErrnoName } from '../machine/strerror.ts';
import { strerror } from '../machine/strerror.ts';

/** xc_error_code, by number. */
const DESCRIPTIONS = [
  '',
  'Internal error',
  'Invalid kernel',
  'Invalid configuration',
  'Out of memory',
] as const;
export const XC_ERROR = { internal: 1, invalidKernel: 2, outOfMemory: 4 } as const;
type XcError = (typeof XC_ERROR)[keyof typeof XC_ERROR];

/**
 * The log of libxc in one call, and the error that it leaves behind. The words are libxc's own, so the error is the
 * very one that a real host would give.
 */
export class CallLog {
  readonly #call: string;
  readonly #domid: number;
  readonly #onLog: (line: string) => void;
  readonly #errors: string[] = [];
  #errno: ErrnoName | undefined;
  #xcError: XcError | undefined;

  /** @param call "xc_domain_save" */
  constructor(call: string, domid: number, onLog: (line: string) => void = () => undefined) {
    this.#call = call;
    this.#domid = domid;
    this.#onLog = onLog;
  }

  info(text: string): void {
    this.#onLog(`info: ${text}`);
  }

  /** For lines that libxc logs only at its most verbose level. */
  detail(text: string): void {
    this.#onLog(`detail: ${text}`);
  }

  /** ERROR(): a failure that libxc has found by itself. @returns what to throw */
  error(text: string, errno?: ErrnoName, code: XcError = XC_ERROR.internal): VmToolsError {
    this.#errno = errno;
    this.#xcError = code;
    const line = `error: ${text}: ${DESCRIPTIONS[code]}`;
    this.#errors.push(line);
    this.#onLog(line);
    return this.failure(errno);
  }

  /** PERROR(): Xen or the operating system has refused. @returns what to throw */
  perror(text: string, errno: ErrnoName | undefined): VmToolsError {
    const number = errno === undefined ? 0 : constants.errno[errno];
    return this.error(`${text} (${number} = ${strerror(errno)})`, errno);
  }

  /** xc_dom_panic(): the domain builder's way. @param place its source line */
  panic(place: string, text: string, code: XcError, errno?: ErrnoName): VmToolsError {
    return this.error(`panic: ${place}: ${text}`, errno, code);
  }

  /** The last line of a call that has failed. @returns what to throw, with all lines */
  conclude(text: string): VmToolsError {
    return this.perror(text, this.#errno);
  }

  /** The error of the call. */
  failure(errno: ErrnoName | undefined): VmToolsError {
    return callError({
      call: this.#call,
      domid: this.#domid,
      errno: errno === undefined ? 0 : constants.errno[errno],
      errnoText: strerror(errno),
      log: [...this.#errors],
      xcError: this.#xcError,
    });
  }
}

/** The errno of an error that a hypercall of the machine has thrown. */
export function errnoOf(thrown: unknown): ErrnoName {
  const { details } = thrown as { details?: { errnoName?: ErrnoName } };
  if (details?.errnoName === undefined) throw thrown;
  return details.errnoName;
}
