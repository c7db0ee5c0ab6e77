import type { VmToolsError } from '@vm-tools/errors';
import type { Clock } from '@vm-tools/ratelimit';
import type { CpuPolicy, CreateDomainSpec, ShutdownReason } from '@vm-tools/xc-native';
import type { MachineEvents } from '../machine-events.ts';
import { FIRST_POOL_PAGES, type MemoryAccounts } from '../memory-accounts.ts';
import { refuse } from '../refuse.ts';
import { shutdownWords } from '../shutdown-words.ts';
import { checkCreation, type CreationHost, MOST_GRANT_FRAMES, MOST_MAPTRACK_FRAMES } from './create-rules.ts';
import { DomainState } from './domain-state.ts';
import type { DomainTable } from './domain-table.ts';

const DEFAULT_MAX_EVTCHN_PORT = 1023;
/** Xen's limit, so that a toolstack gone wild does not overflow its counter. */
const MOST_PAUSES = 255;

/**
 * From creation to death, as xen/common/domain.c has it. Each method changes the state, adds up the time that the
 * domain has run, and tells the listeners.
 */
export class DomainLife {
  readonly #table: DomainTable;
  readonly #accounts: MemoryAccounts;
  readonly #events: MachineEvents;

  constructor(table: DomainTable, accounts: MemoryAccounts, events: MachineEvents) {
    this.#table = table;
    this.#accounts = accounts;
    this.#events = events;
  }

  /** Paused, without vCPUs, without memory but what its paging pool begins with. */
  create(
    spec: CreateDomainSpec,
    host: {
      readonly capabilities: CreationHost;
      readonly cpu: CpuPolicy;
    },
    clock: Clock,
  ): number {
    const domid = this.#table.nextDomid();
    checkCreation(spec, host.capabilities);
    const { type, maxVcpus, maxEvtchnPort = DEFAULT_MAX_EVTCHN_PORT } = spec;
    const uuid = spec.uuid.toLowerCase();
    const { maxGrantFrames = MOST_GRANT_FRAMES, maxMaptrackFrames = MOST_MAPTRACK_FRAMES } = spec;
    const grants = {
      version: spec.grantVersion ?? (host.capabilities.gnttabV2 ? 2 : 1),
      maxFrames: maxGrantFrames,
      maxMaptrackFrames,
    };
    const { hap = host.capabilities.hap, nestedVirt = false, vpmu = false, msrRelaxed = false } = spec;
    const features = {
      hap: type === 'pvh' && hap,
      nestedVirt: type === 'pvh' && nestedVirt,
      vpmu,
      msrRelaxed,
    };
    const limits = { maxVcpus, maxEvtchnPort, grants };
    const domain = new DomainState({ domid, uuid, type, cpu: host.cpu, ...limits, features }, clock);
    if (type === 'pvh') this.#accounts.growPagingPool(domain, FIRST_POOL_PAGES, 'xc_domain_create');
    this.#table.add(domain);
    this.#events.emit('created', domid);
    return domid;
  }

  /** XEN_DOMCTL_max_vcpus makes the vCPUs that the domain was created for; a second time it finds them there. */
  makeVcpus(domain: DomainState, count: number): void {
    if (domain.domid === 0 || count !== domain.maxVcpus)
      throw refuse('xc_domain_max_vcpus', 'EINVAL', domain.domid);
    domain.vcpus = count;
  }

  /** The last act of a build or a restore: the first vCPU gets its registers. */
  build(domain: DomainState): void {
    if (domain.vcpus === 0) throw refuse('xc_vcpu_setcontext', 'EINVAL', domain.domid);
    domain.isBuilt = true;
    domain.onlineVcpus = 1;
    domain.settle();
    this.#events.emit('built', domain.domid);
  }

  pause(domain: DomainState): void {
    if (domain.domid === 0) throw refuse('xc_domain_pause', 'EINVAL', domain.domid);
    if (domain.pauseCount === MOST_PAUSES) throw refuse('xc_domain_pause', 'EOVERFLOW', domain.domid);
    domain.pauseCount++;
    domain.settle();
    if (domain.pauseCount === 1) this.#events.emit('paused', domain.domid);
  }

  unpause(domain: DomainState): void {
    if (domain.pauseCount === 0) throw refuse('xc_domain_unpause', 'EINVAL', domain.domid);
    domain.pauseCount--;
    if (domain.pauseCount > 0) return;
    if (!domain.isCreated && domain.isBuilt) domain.onlineVcpus = domain.vcpus; // what any kernel does first
    domain.isCreated = true;
    domain.settle();
    this.#events.emit('unpaused', domain.domid);
  }

  /** The first reason stays; to shut down once more is no error. */
  shutDown(domain: DomainState, reason: ShutdownReason): void {
    if (domain.shutdownReason !== undefined) return;
    domain.shutdownReason = reason;
    domain.settle();
    this.#events.emit('shutdown', domain.domid);
  }

  /**
   * XEN_DOMCTL_resumedomain takes any domain, whatever it shut down for, or did not. It is libxc that looks before
   * the fast way, because it writes to the registers of a guest that must be in its suspend hypercall.
   */
  resume(domain: DomainState, { fast }: { readonly fast: boolean }): void {
    const { domid, shutdownReason } = domain;
    if (fast && shutdownReason !== 'suspend') throw notSuspended(domain);
    if (domid === 0) throw refuse('xc_domain_resume', 'EINVAL', domid);
    if (shutdownReason === undefined) return;
    domain.shutdownReason = undefined;
    domain.settle();
    this.#events.emit('resumed', domid);
  }

  /**
   * Takes everything from it. It stays as a zombie while a backend holds a page; to destroy that again does nothing.
   */
  destroy(domain: DomainState): void {
    if (domain.domid === 0) throw refuse('xc_domain_destroy', 'EINVAL', domain.domid);
    if (domain.isDying) return;
    domain.isDying = true;
    domain.settle();
    domain.program = undefined;
    domain.evtchns.clear();
    this.#accounts.release(domain, domain.holders > 0);
    this.#events.emit('dying', domain.domid);
    this.#bury(domain); // unless a listener, letting go of the last page, has just done so
  }

  /** @returns what lets go of the page; only the first call does something */
  hold(domain: DomainState): () => void {
    let isHeld = true;
    domain.holders++;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      domain.holders--;
      this.#bury(domain);
    };
  }

  #bury(domain: DomainState): void {
    if (!domain.isDying || domain.holders > 0 || this.#table.domains.get(domain.domid) !== domain) return;
    this.#accounts.release(domain, false);
    this.#table.remove(domain.domid);
    this.#events.emit('gone', domain.domid);
  }
}

function notSuspended({ domid, shutdownReason }: DomainState): VmToolsError {
  return refuse('xc_domain_resume', 'EINVAL', domid, [
    `error: Dom ${domid} not suspended: (${shutdownWords(shutdownReason)}): Internal error`,
  ]);
}
