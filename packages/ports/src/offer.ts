/** The offer to a target before the first byte: enough to decide whether it can be taken. */
export interface Offer {
  readonly name: string;
  readonly uuid: string;
  /** e.g. "pv", "pvh" */
  readonly type: string;
  /** what the guest occupies now */
  readonly memoryBytes: number;
  /** what it may grow to */
  readonly maxMemoryBytes: number;
  readonly vcpus: number;
  /** whether it goes on running while it is copied */
  readonly live: boolean;
  /** version of the hypervisor, e.g. "4.17.7" */
  readonly xen: string;
  /** what the guest has been told of its processor; an older release does not say */
  readonly cpuPolicy?: OfferedCpu | undefined;
  /** its disks that the source can see; an older release does not say */
  readonly disks?: readonly OfferedDisk[] | undefined;
  /**
   * JSON that only the target understands. It stays text until it has a use: what it stands for may take many times its
   * bytes.
   */
  readonly configJson: string;
}

/** A disk of the guest, which must be the same where it goes. */
export interface OfferedDisk {
  /** what the guest calls it: "xvda" */
  readonly vdev: string;
  /** size of its file or device */
  readonly bytes: number;
}

/** A CPU policy, as X86_CPUID_POLICY and X86_MSR_POLICY of a libxc stream hold it, in base64. */
export interface OfferedCpu {
  readonly cpuid: string;
  readonly msrs: string;
}
