import { throwIfAborted } from '@vm-tools/errors';
import type * as Types from '@vm-tools/xc-native';
import type { FaultPoint } from '../faults/index.ts';
import {
  buildDomain,
  cpuPolicyOf,
  restoreDomain,
  saveDomain,
  type ImageCallOptions,
} from '../image/index.ts';
import { lateRestore, lateSave } from './late-calls.ts';
import type { Machine } from './machine.ts';

/** The interface `Xen`, answered by a machine. Each call asks first whether it is to fail. */
export class SimXen implements Types.Xen {
  readonly version: Types.XenVersion;
  readonly #machine: Machine;
  readonly #faults: FaultPoint;

  constructor(machine: Machine, faults: FaultPoint) {
    this.version = machine.version;
    this.#machine = machine;
    this.#faults = faults;
  }

  physinfo(): Promise<Types.HostInfo> {
    return this.#call('physinfo', undefined, (machine) => machine.physinfo());
  }

  domainGetinfo(domid: number): Promise<Types.DomainInfo | undefined> {
    return this.#call('domainGetinfo', domid, (machine) => machine.domainGetinfo(domid));
  }

  domainGetinfolist(): Promise<readonly Types.DomainInfo[]> {
    return this.#call('domainGetinfolist', undefined, (machine) => machine.domainGetinfolist());
  }

  domainCreate(spec: Types.CreateDomainSpec): Promise<number> {
    return this.#call('domainCreate', undefined, (machine) => machine.domainCreate(spec));
  }

  domainMaxVcpus(domid: number, maxVcpus: number): Promise<void> {
    return this.#call('domainMaxVcpus', domid, (machine) => machine.domainMaxVcpus(domid, maxVcpus));
  }

  domainSetmaxmem(domid: number, kib: number): Promise<void> {
    return this.#call('domainSetmaxmem', domid, (machine) => machine.domainSetmaxmem(domid, kib));
  }

  domainSetMemmapLimit(domid: number, kib: number): Promise<void> {
    return this.#call('domainSetMemmapLimit', domid, (machine) => machine.domainSetMemmapLimit(domid, kib));
  }

  domainSetTscInfo(domid: number, mode: number): Promise<void> {
    return this.#call('domainSetTscInfo', domid, (machine) => machine.domainSetTscInfo(domid, mode));
  }

  domainSetTimeOffset(domid: number, seconds: number): Promise<void> {
    return this.#call('domainSetTimeOffset', domid, (machine) => machine.domainSetTimeOffset(domid, seconds));
  }

  setPagingMempoolSize(domid: number, bytes: number): Promise<void> {
    return this.#call('setPagingMempoolSize', domid, (machine) => machine.setPagingMempoolSize(domid, bytes));
  }

  hvmParamSet(domid: number, param: Types.HvmParam, value: bigint): Promise<void> {
    return this.#call('hvmParamSet', domid, (machine) => machine.hvmParamSet(domid, param, value));
  }

  hvmParamGet(domid: number, param: Types.HvmParam): Promise<bigint> {
    return this.#call('hvmParamGet', domid, (machine) => machine.hvmParamGet(domid, param));
  }

  cpuidApplyPolicy(domid: number): Promise<void> {
    return this.#call('cpuidApplyPolicy', domid, (machine) => machine.cpuidApplyPolicy(domid));
  }

  cpuPolicyGetDomain(domid: number): Promise<Types.CpuPolicy> {
    return this.#call('cpuPolicyGetDomain', domid, (machine) =>
      cpuPolicyOf(machine.requireDomain(domid, 'xc_cpu_policy_get_domain')),
    );
  }

  cpuPolicyGetSystem(): Promise<Types.CpuPolicy> {
    return this.#call('cpuPolicyGetSystem', undefined, (machine) => machine.cpuPolicyGetSystem());
  }

  cpuPolicyIsCompatible(_type: 'pv' | 'pvh', guest: Types.CpuPolicy): Promise<boolean> {
    return this.#call('cpuPolicyIsCompatible', undefined, (machine) => machine.cpuPolicyIsCompatible(guest));
  }

  domainClaimPages(domid: number, pages: number): Promise<void> {
    return this.#call('domainClaimPages', domid, (machine) => machine.claimPages(domid, pages));
  }

  evtchnAllocUnbound(domid: number, remoteDomid: number): Promise<number> {
    return this.#call('evtchnAllocUnbound', domid, (machine) =>
      machine.evtchnAllocUnbound(domid, remoteDomid),
    );
  }

  domainPause(domid: number): Promise<void> {
    return this.#call('domainPause', domid, (machine) => machine.domainPause(domid));
  }

  domainUnpause(domid: number): Promise<void> {
    return this.#call('domainUnpause', domid, (machine) => machine.domainUnpause(domid));
  }

  domainShutdown(domid: number, reason: Types.ShutdownReason): Promise<void> {
    return this.#call('domainShutdown', domid, (machine) => machine.domainShutdown(domid, reason));
  }

  domainResume(domid: number, options: { readonly fast: boolean }): Promise<void> {
    return this.#call('domainResume', domid, (machine) => machine.domainResume(domid, options));
  }

  domainLogDirtyOff(domid: number): Promise<void> {
    return this.#call('domainLogDirtyOff', domid, (machine) => machine.stopLogDirty(domid));
  }

  domainGetCap(domid: number): Promise<number> {
    return this.#call('domainGetCap', domid, (machine) => machine.domainGetCap(domid));
  }

  domainSetCap(domid: number, percent: number): Promise<void> {
    return this.#call('domainSetCap', domid, (machine) => machine.domainSetCap(domid, percent));
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

  async #call<T>(name: string, domid: number | undefined, make: (machine: Machine) => T): Promise<T> {
    await this.#faults.before(name, domid);
    return make(this.#machine);
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

function either(first: AbortSignal, second: AbortSignal | undefined): AbortSignal {
  return second === undefined ? first : AbortSignal.any([first, second]);
}
