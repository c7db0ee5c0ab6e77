import type { CpuPolicy, CpuPolicyOptions, ShutdownReason } from '@vm-tools/xc-native';
import type { GuestMemory } from '../../memory/index.ts';

/** The guest's own program. Nothing runs it: code that looks at the domain asks it to make up for lost time. */
export interface GuestProgram {
  /** Does all that the guest would have done by now. What it may use of the clock is `MachineDomain.runtimeMs()`. */
  catchUp(): void;
  /** How many vCPUs it keeps busy, on average: 0 is idle */
  load(): number;
  /** From now on it gets on at another pace; it has caught up just now. */
  paceChanged?(): void;
  /** A non-maskable interrupt has come for one of its vCPUs. */
  nmi?(vcpu: number): void;
}

/** A domain as the other parts of the simulator see it. Its rules are kept by `Machine`; memory is free to touch. */
export interface MachineDomain {
  readonly domid: number;
  /** canonical text form, lower case */
  readonly uuid: string;
  readonly type: 'pv' | 'pvh';
  /** what it has been told of the processor: that of its host until it is told less */
  readonly cpu: CpuPolicy;
  readonly memory: GuestMemory;
  readonly hvmParams: Map<number, bigint>;
  /** port of this domain -> the domain that may bind to it */
  readonly evtchns: Map<number, number>;

  /** as many as it was created for */
  readonly maxVcpus: number;
  /** those that exist: none before domainMaxVcpus */
  readonly vcpus: number;
  /** those that are up, which is for the guest to say once it runs */
  onlineVcpus: number;

  readonly totPages: number;
  readonly maxPages: number;
  /** claimed, not yet populated */
  readonly outstandingPages: number;
  /** the pool that its page tables come from; 0 for PV */
  readonly pagingPoolPages: number;

  /** how often the toolstack has paused it */
  readonly pauseCount: number;
  readonly isDying: boolean;
  readonly shutdownReason: ShutdownReason | undefined;
  /** Its first vCPU has registers to start with. */
  readonly isBuilt: boolean;
  /** Its vCPUs may run: built, not paused, not shut down, not dying. */
  readonly isRunning: boolean;
  /** Built, or restored from the image of a real Xen, but nothing is known that it does: memory without a program. */
  readonly isInert: boolean;

  /** how long it has run up to now, ms: neither paused nor shut down */
  runtimeMs(): number;
  /** Set by src/guest when the guest starts. */
  program: GuestProgram | undefined;
  /** To be called before a look at the memory. */
  catchUp(): void;

  /** of one processor, all vCPUs together; 0 is none */
  readonly capPercent: number;
  /** How fast busy vCPUs get on under the cap: 1 is as fast as they can. */
  readonly pace: number;

  /** the highest port that it may have */
  readonly maxEvtchnPort: number;
  /** of its grant table */
  readonly grants: {
    readonly version: 1 | 2;
    readonly maxFrames: number;
    readonly maxMaptrackFrames: number;
  };
  /** what it was created with beyond what every domain has */
  readonly features: {
    readonly hap: boolean;
    readonly nestedVirt: boolean;
    readonly vpmu: boolean;
    readonly msrRelaxed: boolean;
  };
  /** what it is told of the processor beyond the default of its host; undefined until it is told */
  readonly told: Pick<CpuPolicyOptions, 'invariantTsc' | 'nestedVirt'> | undefined;

  readonly memmapLimitKib: number | undefined;
  readonly tscMode: number;
  readonly timeOffsetSeconds: number;
}
