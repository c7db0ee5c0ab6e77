import type { Clock } from '@vm-tools/ratelimit';
import type { CpuPolicy, ShutdownReason, VcpuAffinity } from '@vm-tools/xc-native';
import { GuestMemory } from '../../memory/index.ts';
import type { GuestProgram, MachineDomain } from './machine-domain.ts';

export type DomainInit = Pick<
  MachineDomain,
  'domid' | 'uuid' | 'type' | 'maxVcpus' | 'cpu' | 'maxEvtchnPort' | 'grants' | 'features'
>;

/** `struct domain`: Xen's state of one. The rules are in the code that changes it. */
export class DomainState implements MachineDomain {
  readonly domid: number;
  readonly uuid: string;
  readonly type: 'pv' | 'pvh';
  readonly maxVcpus: number;
  cpu: CpuPolicy;
  readonly maxEvtchnPort: number;
  readonly grants: MachineDomain['grants'];
  readonly features: MachineDomain['features'];
  told: MachineDomain['told'];
  readonly memory = new GuestMemory();
  readonly hvmParams = new Map<number, bigint>();
  readonly evtchns = new Map<number, number>();
  vcpus = 0;
  onlineVcpus = 0;
  maxPages = 0;
  outstandingPages = 0;
  pagingPoolPages = 0;
  /** Xen creates a domain paused. Creation ends when its toolstack takes that one pause away. */
  pauseCount = 1;
  isCreated = false;
  isBuilt = false;
  isDying = false;
  shutdownReason: ShutdownReason | undefined;
  /** how many hold a page of it: they keep it from vanishing when it has died */
  holders = 0;
  program: GuestProgram | undefined;
  memmapLimitKib: number | undefined;
  tscMode = 0;
  timeOffsetSeconds = 0;
  capPercent = 0;
  weight = 256;
  cpupool = 0;
  /** of those vCPUs that may not run everywhere */
  readonly affinities = new Map<number, VcpuAffinity>();
  readonly #clock: Clock;
  #ranMs = 0;
  #cpuMs = 0;
  /** since when it runs without a break that is not yet in the sums */
  #runsSince: number | undefined;

  constructor(init: DomainInit, clock: Clock) {
    const { domid, uuid, type, maxVcpus, cpu, maxEvtchnPort, grants, features } = init;
    this.domid = domid;
    this.uuid = uuid;
    this.type = type;
    this.maxVcpus = maxVcpus;
    this.cpu = cpu;
    this.maxEvtchnPort = maxEvtchnPort;
    this.grants = grants;
    this.features = features;
    this.#clock = clock;
  }

  get totPages(): number {
    return this.memory.populatedPages;
  }

  get isRunning(): boolean {
    return (
      this.pauseCount === 0 && this.shutdownReason === undefined && this.onlineVcpus > 0 && !this.isDying
    );
  }

  get isInert(): boolean {
    return this.isBuilt && this.program === undefined;
  }

  /** How many vCPUs it keeps busy at the moment. */
  get load(): number {
    return this.isRunning ? (this.program?.load() ?? 0) : 0;
  }

  get pace(): number {
    if (this.capPercent === 0 || this.onlineVcpus === 0) return 1;
    return Math.min(1, this.capPercent / 100 / this.onlineVcpus);
  }

  runtimeMs(): number {
    this.settle();
    return this.#ranMs;
  }

  cpuTimeNs(): bigint {
    this.settle();
    return BigInt(Math.round(this.#cpuMs * 1e6));
  }

  catchUp(): void {
    this.program?.catchUp();
  }

  /** Adds up the time that it has run; to be called after whatever makes it run or stop. */
  settle(): void {
    const now = this.#clock.now();
    if (this.#runsSince !== undefined) {
      const elapsedMs = now - this.#runsSince;
      this.#ranMs += elapsedMs;
      this.#cpuMs += elapsedMs * (this.program?.load() ?? 0);
    }
    this.#runsSince = this.isRunning ? now : undefined;
  }
}
