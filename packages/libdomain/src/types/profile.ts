import type { ElfFile } from '@vm-tools/kernel-image';
import type { BuildSpec, CreateDomainSpec, HostInfo, Xen } from '@vm-tools/xc-native';

type Capabilities = HostInfo['capabilities'];

/** The part of a configuration that decides how large a domain is. */
export interface Size {
  readonly memoryKib: number;
  readonly maxMemoryKib: number;
  /** all that it has, in use or not */
  readonly maxVcpus: number;
}

/** How the machine is to be beyond its size. What is absent is as libxl has it by default. */
export interface MachineSettings {
  /** HVM_PARAM_TIMER_MODE: what becomes of a timer interrupt that its vCPU was not running to take */
  readonly timerMode?: number;
}

/**
 * All that follows from the type of a domain, pv or pvh: what its kernel must bring, what it takes from a host, how it
 * is made, and how it is saved. Nothing else asks which type a domain has.
 */
export interface Profile {
  /** The longest command line, bytes, without the NUL: libxc cuts a longer one without a word. */
  readonly maxCmdlineBytes: number;
  readonly kernel: {
    /** Whether a kernel says of itself that it can be started as this type. */
    readonly suits: (kernel: Pick<ElfFile, 'notes' | 'guestInfo'>) => boolean;
    /** what one lacks that cannot, as a clause */
    readonly lack: string;
    /** the option of Linux without which it lacks that */
    readonly linuxOption: string;
  };
  readonly host: {
    /** Whether Xen of such a host can run it. */
    readonly suits: (capabilities: Capabilities) => boolean;
    /** what to do where it cannot */
    readonly remedy: string;
  };
  readonly memory: {
    /** Whether Xen keeps page tables for it, from a pool that must be there before its memory is populated. */
    readonly isPaged: boolean;
    /** what it costs beyond its memory and that pool, KiB: vCPUs, bitmaps, the domain's own pages */
    readonly extraKib: number;
  };
  /** The flags for Xen when it is created. */
  readonly create: (
    paging: { readonly hap: boolean },
    config: { readonly nestedHvm?: boolean },
  ) => Pick<CreateDomainSpec, 'type' | 'hap' | 'nestedVirt'>;
  /** Settings of the machine that no stream carries: a restored domain needs them as much as a new one. */
  readonly machine: {
    /** one clause for `--dry-run` */
    readonly about: string;
    readonly set: (xen: Xen, domid: number, settings: Size & MachineSettings) => Promise<void>;
  };
  /** The arguments of the domain builder about its type and its memory. */
  readonly build: (size: Size) => Pick<BuildSpec, 'type' | 'targetKib' | 'maxKib' | 'acpi' | 'e820'>;
  /** Whether kernel, ramdisk and command line are written to xenstore: libxl does so for other programs. */
  readonly tellsImage: boolean;
  readonly save: {
    /** Whether Xen of such a host can tell which pages it writes to, so that it may go on meanwhile. */
    readonly canBeLive: (capabilities: Capabilities) => boolean;
    /** The party that is asked to suspend it: the guest does so by itself. */
    readonly suspends: 'guest';
  };
}
