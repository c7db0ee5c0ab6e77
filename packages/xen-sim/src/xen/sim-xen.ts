import { throwIfAborted } from '@vm-tools/errors';
import type * as Types from '@vm-tools/xc-native';
import { ShortCalls, type ShortCallName } from '@vm-tools/xen-wire';
import type { FaultPoint } from '../faults/index.ts';
import {
  buildDomain,
  cpuPolicyOf,
  dumpDomain,
  handled,
  restoreDomain,
  saveDomain,
  type ImageCallOptions,
} from '../image/index.ts';
import type { Machine } from '../machine/machine.ts';

/** The interface `Xen`, answered by a machine. Each call asks first whether it is to fail. */
export class SimXen extends ShortCalls implements Types.Xen {
  readonly version: Types.XenVersion;
  readonly #machine: Machine;
  readonly #faults: FaultPoint;

  constructor(machine: Machine, faults: FaultPoint) {
    super(async (name, args) => {
      const [first] = args;
      await faults.before(name, typeof first === 'number' ? first : undefined);
      return answer(machine, name, args);
    });
    this.version = machine.version;
    this.#machine = machine;
    this.#faults = faults;
  }

  async domainDestroy(domid: number, { signal }: Types.LongCallOptions = {}): Promise<void> {
    await this.#before('domainDestroy', `destroying domain ${domid}`, domid, signal);
    this.#machine.destroyDomain(domid);
  }

  async domainBuild(
    domid: number,
    spec: Types.BuildSpec,
    options: Types.LongCallOptions = {},
  ): Promise<Types.RingFrames> {
    await this.#before('domainBuild', `building domain ${domid}`, domid, options.signal);
    const frames = await buildDomain(this.#machine, domid, spec, options);
    this.#machine.markBuilt(domid);
    return frames;
  }

  domainSave(domid: number, spec: Types.SaveSpec, options: Types.LongCallOptions = {}): Types.SaveCall {
    const begin = this.#beginning('domainSave', `saving domain ${domid}`, domid);
    return saveDomain(this.#machine, domid, spec, { ...options, begin });
  }

  domainDumpcore(domid: number, options: Types.LongCallOptions = {}): Types.DumpCall {
    const begin = this.#beginning('domainDumpcore', `dumping domain ${domid}`, domid);
    return dumpDomain(this.#machine, domid, { ...options, begin });
  }

  domainRestore(
    domid: number,
    spec: Types.RestoreSpec,
    options: Types.LongCallOptions = {},
  ): Types.RestoreCall {
    const begin = this.#beginning('domainRestore', `restoring domain ${domid}`, domid);
    const { sink, done } = restoreDomain(this.#machine, domid, spec, { ...options, begin });
    const built = done.then((frames) => {
      this.#machine.markBuilt(domid);
      return frames;
    });
    return { sink, done: handled(built) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** @param what the words for the error of an abort */
  async #before(name: string, what: string, domid: number, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal, what);
    await this.#faults.before(name, domid, signal);
    throwIfAborted(signal, what);
  }

  #beginning(name: string, what: string, domid: number): ImageCallOptions['begin'] & object {
    return async (stop) => {
      await this.#before(name, what, domid, stop);
      return this.#faults.streamFault(name, domid);
    };
  }
}

function answer(machine: Machine, name: ShortCallName, args: unknown[]): unknown {
  if (name === 'cpuPolicyGetDomain') {
    const [domid] = args as Parameters<Types.Xen[typeof name]>;
    return cpuPolicyOf(machine.requireDomain(domid, 'xc_cpu_policy_get_domain'));
  }
  return (machine[name] as (...args: unknown[]) => unknown).apply(machine, args);
}
