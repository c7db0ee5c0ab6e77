/** Of the first vCPUs the processors of a host, by ascending numbers. Those behind them, and one with an empty list, have all. */
export type ProcessorsOfVcpus = readonly (readonly number[])[];

/** All processors of whatever host, without some. */
export interface AllBut {
  readonly allBut: readonly number[];
}

/** Processors that are named by the NUMA nodes of whatever host, among others, as xl.cfg has it: "node:0,^1". */
export interface OnNodes {
  readonly spec: string;
}

/** Which ones they are is known on a host only. */
export type OnSomeHost = AllBut | OnNodes;

/** The processors of one vCPU as a configuration says them, before there is a host. */
export type WantedOfVcpu = readonly number[] | OnSomeHost;

/** The same of all vCPUs. */
export type WantedProcessors = readonly WantedOfVcpu[];

/** How the vCPUs of a domain get processors, beside those of other domains. What is absent is as Xen has it by default. */
export interface Scheduling {
  /** by vCPU: those on which it may run */
  readonly hard?: ProcessorsOfVcpus | undefined;
  /** by vCPU: those on which it runs rather than on others */
  readonly soft?: ProcessorsOfVcpus | undefined;
  /** its share of processor time beside others, 1 to 65535 */
  readonly weight?: number | undefined;
  /** of one processor, all its vCPUs together, in percent; 0: as much as it likes */
  readonly cap?: number | undefined;
  /** the vCPUs that its guest is asked to use; absent: all */
  readonly online?: readonly number[] | undefined;
}

/** What a new domain is to have of it. */
export type WantedScheduling = Omit<Scheduling, 'hard' | 'soft'> & {
  readonly hard?: WantedProcessors | undefined;
  readonly soft?: WantedProcessors | undefined;
};

/** Of a new domain, in each scheduler that knows weights and caps. */
export const DEFAULT_WEIGHT = 256;
export const DEFAULT_CAP = 0;
export const MOST_WEIGHT = 0xffff;

/** No machine that Xen knows has more processors. */
export const MOST_CPUS = 16_384;
