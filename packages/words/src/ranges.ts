/** Whole numbers, both ends included. */
export interface CountRange {
  readonly min: number;
  readonly max: number;
}

/** Milliseconds, both ends included. */
export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

const HOUR_MS = 3_600_000;

/** The range of each quantity, wherever it is asked for: on a command line, in a file, over a socket. */
export const RANGES = {
  /** how long a guest, a peer or a tool is waited for */
  wait: { minMs: 1, maxMs: 365 * 24 * HOUR_MS },
  /** how long a guest may stand still while it is moved */
  downtime: { minMs: 1, maxMs: 24 * HOUR_MS },
  /** rounds of precopy */
  rounds: { min: 1, max: 10_000 },
  /** guests that are received at the same time: as many as a listener can tell apart from a flood */
  places: { min: 1, max: 1000 },
  /** how long a certificate holds */
  days: { min: 1, max: 36_500 },
  /** memory of a guest: Xen's own limit for a host is 16 TiB */
  memoryMib: { min: 1, max: 2 ** 24 },
  /** the place of a guest among those that start with a host */
  order: { min: 0, max: 9999 },
  /** guests that are worked on at the same time */
  atOnce: { min: 1, max: 256 },
  /** bytes per second: more than 1 EiB is a typo */
  rate: { min: 1, max: 2 ** 60 },
  /** vCPUs of a guest, whatever toolstack has made it */
  vcpus: { min: 1, max: 8192 },
  /** the number of a vCPU */
  vcpu: { min: 0, max: 8191 },
  /** a guest's share of processor time beside others */
  weight: { min: 1, max: 65_535 },
  /** of one processor, in percent; 0 is no limit */
  cap: { min: 0, max: 65_535 },
  /** processors of a host: what Xen can be built for */
  cpus: { min: 1, max: 4095 },
  /** DOMID_FIRST_RESERVED is one more */
  domid: { min: 0, max: 0x7fef },
  /** the number of a page of a guest, 4 KiB each: to 16 TiB */
  gfn: { min: 0, max: 2 ** 32 - 1 },
  /** a turn of a vCPU: what Xen takes */
  timesliceMs: { min: 1, max: 1000 },
  /** a short time of a scheduler: what Xen takes */
  microseconds: { min: 0, max: 500_000 },
  /** how often something is done */
  times: { min: 1, max: 1_000_000_000 },
  /** a place in a stream */
  bytes: { min: 0, max: 2 ** 50 },
  /** what a series of numbers by chance begins with */
  seed: { min: 0, max: 2 ** 32 - 1 },
} as const satisfies Readonly<Record<string, CountRange | DurationRange>>;
