import { VmToolsError } from '@vm-tools/errors';
import { StructView } from './abi/struct-view.ts';
import { callError } from './call-error.ts';
import type { Native } from './koffi/native.ts';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import type { Address, Check, Prototype } from './prototypes/ctype.ts';
import type { FunctionName, Functions } from './prototypes/index.ts';
import type { Quirks, VersionSupport } from './versions/shape.ts';
import type { Layouts } from './versions/structs.ts';

type RestAfterDomid<Name extends FunctionName> =
  Parameters<Functions[Name]> extends [unknown, number, ...infer Rest] ? Rest : never;

/** One open xc_interface: calls with their results checked, and failures with what libxc said meanwhile. */
export class Libxc {
  readonly native: Native;
  readonly layouts: Layouts;
  readonly quirks: Quirks;
  readonly #prototypes: Readonly<Record<FunctionName, Prototype>>;
  readonly #logger: Logger;
  #xch: Address | null = null;

  /** @throws VmToolsError when the hypervisor's device cannot be opened */
  static open(native: Native, support: VersionSupport, onLog: (line: string) => void): Libxc {
    const libxc = new Libxc(native, support, onLog);
    try {
      const { address } = libxc.#logger;
      // The second logger is the domain builder's: without one it opens a log file of its own.
      libxc.#xch = libxc.call('xc_interface_open', [address, address, 0]);
      return libxc;
    } catch (error) {
      libxc.#logger.dispose();
      throw error;
    }
  }

  private constructor(native: Native, support: VersionSupport, onLog: (line: string) => void) {
    const { layouts, quirks, prototypes } = support;
    this.native = native;
    this.layouts = layouts;
    this.quirks = quirks;
    this.#prototypes = { ...prototypes.xenctrl, ...prototypes.xenguest, ...prototypes.libc };
    this.#logger = createLogger(native, layouts, onLog);
  }

  /** The handle that most calls take first. */
  get xch(): Address {
    if (this.#xch === null) {
      throw new VmToolsError({
        code: 'XEN_CLOSED',
        message: 'the connection to Xen has been closed',
        hint: 'this is a defect of the program: it uses a host that it has closed',
      });
    }
    return this.#xch;
  }

  /**
   * Calls and checks as the table of prototypes says.
   * @param domid the domain that it is about, for the error
   * @throws VmToolsError XEN_CALL_FAILED, or XEN_NO_MEMORY, XEN_NO_DOMAIN, XEN_KERNEL_INVALID
   */
  call<Name extends FunctionName>(
    name: Name,
    args: Parameters<Functions[Name]>,
    domid?: number,
  ): Exclude<ReturnType<Functions[Name]>, null> {
    const { functions } = this.native;
    this.#logger.take();
    if (this.#xch !== null) functions.xc_clear_last_error(this.#xch);
    this.native.clearErrno();
    const body = functions[name] as (...given: unknown[]) => unknown;
    const result = body(...args);
    const errno = this.native.errno();
    const { check } = this.#prototypes[name];
    if (hasFailed(check, result)) throw this.#error(name, errno, domid);
    return result as Exclude<ReturnType<Functions[Name]>, null>;
  }

  /** The same for the many calls that take the handle and a domid first. */
  callOn<Name extends FunctionName>(
    name: Name,
    domid: number,
    ...rest: RestAfterDomid<Name>
  ): Exclude<ReturnType<Functions[Name]>, null> {
    return this.call(name, [this.xch, domid, ...rest] as unknown as Parameters<Functions[Name]>, domid);
  }

  close(): void {
    const xch = this.#xch;
    if (xch === null) return;
    this.#xch = null;
    this.native.functions.xc_interface_close(xch);
    this.#logger.dispose();
  }

  #error(call: string, errno: number, domid: number | undefined): VmToolsError {
    const errnoText = this.native.functions.strerror(errno) ?? '';
    return callError({
      call,
      domid,
      errno,
      errnoText,
      log: this.#logger.take(),
      xcError: this.#lastErrorCode(),
    });
  }

  #lastErrorCode(): number | undefined {
    if (this.#xch === null) return undefined;
    const layout = this.layouts.xc_error;
    const error = this.native.functions.xc_get_last_error(this.#xch);
    return error === null
      ? undefined
      : new StructView(layout, this.native.view(error, layout.size)).get('code');
  }
}

function hasFailed(check: Check, result: unknown): boolean {
  switch (check) {
    case 'zero':
      return result !== 0;
    case 'non-negative':
      return (result as number) < 0;
    case 'non-null':
      return result === null;
    case 'none':
      return false;
  }
}
