import { throwIfAborted } from '@vm-tools/errors';
import type * as Types from '@vm-tools/xc-native';
import { ShortCalls, type ShortCallName } from '@vm-tools/xen-wire';
import type { FaultPoint } from '../faults/index.ts';
import {
  buildDomain,
  cpuPolicyOf,
  restoreDomain,
  saveDomain,
  type ImageCallOptions,
} from '../image/index.ts';
import type { Machine } from '../machine/machine.ts';
import { lateRestore, lateSave } from './late-calls.ts';

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
    return lateSave(async (givenUp) => {
      await this.#before('domainSave', `saving domain ${domid}`, domid, either(givenUp, options.signal));
      return saveDomain(this.#machine, domid, spec, this.#withFault('domainSave', domid, options));
    });
  }

  domainRestore(
    domid: number,
    spec: Types.RestoreSpec,
    options: Types.LongCallOptions = {},
  ): Types.RestoreCall {
    return lateRestore(async (givenUp) => {
      await this.#before(
        'domainRestore',
        `restoring domain ${domid}`,
        domid,
        either(givenUp, options.signal),
      );
      const withFault = this.#withFault('domainRestore', domid, options);
      const { sink, done } = restoreDomain(this.#machine, domid, spec, withFault);
      const built = done.then((frames) => {
        this.#machine.markBuilt(domid);
        return frames;
      });
      return { sink, done: built };
    });
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

  #withFault(name: string, domid: number, options: Types.LongCallOptions): ImageCallOptions {
    const failAfter = this.#faults.streamFault(name, domid);
    return failAfter === undefined ? options : { ...options, failAfter };
  }
}

function answer(machine: Machine, name: ShortCallName, args: unknown[]): unknown {
  if (name === 'cpuPolicyGetDomain') {
    const [domid] = args as Parameters<Types.Xen[typeof name]>;
    return cpuPolicyOf(machine.requireDomain(domid, 'xc_cpu_policy_get_domain'));
  }
  return (machine[name] as (...args: unknown[]) => unknown).apply(machine, args);
}

function either(first: AbortSignal, second: AbortSignal | undefined): AbortSignal {
  return second === undefined ? first : AbortSignal.any([first, second]);
}
