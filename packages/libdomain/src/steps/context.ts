import type { Ports, RingFrames } from '@vm-tools/xc-native';
import type { BootFiles } from '../boot/boot-of.ts';
import type { CpuLevel } from '../cpu/index.ts';
import type { DomainConfig } from '../config/schema.ts';
import type { MemoryNeed } from '../memory.ts';
import type { Origin } from '../places/index.ts';
import type { Step } from '../step/step.ts';

/** How a saved domain comes here. */
export interface Incoming {
  /** of its transfer; `FROM_FILE` for an image */
  readonly id: string;
  /** where it comes from, as far as that is known */
  readonly from?: string | undefined;
}

/** The domain that is asked for. By now it has a UUID. */
export interface Wanted {
  readonly config: DomainConfig & { readonly uuid: string };
  /** The image or transfer that brings it, when it is no new one. */
  readonly incoming?: Incoming | undefined;
  /** libxl's own form of the configuration, of a domain that has had one before */
  readonly configJson?: string | undefined;
  /** the author of its configuration; none for the operator */
  readonly origin?: Origin | undefined;
  /** what its bootloader has taken from its disk, when it has one */
  readonly fetched?: BootFiles | undefined;
  /** what its configuration says of the processor, read and found possible, when it says something */
  readonly cpuLevel?: CpuLevel | undefined;
}

/** Its kernel lies in a folder for this one start. */
export interface Fetched {
  readonly fetched: BootFiles;
}

/** How much of the host it takes. */
export interface Sized {
  readonly memory: MemoryNeed;
}

/** Its name and UUID were free among the domains that were there. */
export interface Looked {
  /** their numbers: only others may have taken the name since */
  readonly known: ReadonlySet<number>;
}

/** The domain exists. */
export interface Made {
  readonly domid: number;
}

/** Its console and its xenstore have event channels. */
export interface Wired {
  readonly ports: Ports;
}

/** Its memory has contents, and it is known where in it the two rings are. */
export interface Filled {
  readonly frames: RingFrames;
}

/** Puts something into the memory of an empty domain: a kernel, or what was saved. */
export type FillStep = Step<Wanted & Made & Wired, Filled>;
