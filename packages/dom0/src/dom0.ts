/** The object at a path, links followed, as far as a disk could be made of it. */
export type FileFacts =
  | { readonly is: 'block'; readonly major: number; readonly minor: number; readonly bytes: number }
  | { readonly is: 'file'; readonly device: string; readonly inode: string; readonly bytes: number }
  /** There is something, of which no disk can be made: a folder, a socket. */
  | { readonly is: 'other' }
  | { readonly is: 'absent' };

/** What a path is as a program: a folder, or a file that may not be run, is "not-executable". */
export type ProgramFacts = 'runnable' | 'not-executable' | 'absent';

/** One run of a hotplug script. */
export interface ScriptRun {
  /** absolute */
  readonly path: string;
  /** "add", "online", "type_if=vif", … */
  readonly args: readonly string[];
  /** besides the environment of this process */
  readonly env: Readonly<Record<string, string>>;
}

/** The end of a hotplug script, or of another program. */
export interface ScriptEnd {
  /** its exit status; 128 and the number of the signal that has ended it */
  readonly status: number;
  /** the last lines that it has written, 4 KiB at most */
  readonly lastWords: string;
}

/** One run of a bootloader: a program that takes the kernel of a guest from the guest's own disk. */
export interface BootloaderRun {
  /** absolute, or the name of one: it is looked for among the programs of Xen, then where commands are */
  readonly program: string;
  readonly args: readonly string[];
  /** Made for it, for root alone; there must be none. What it fetches goes there. Absolute. */
  readonly folder: string;
  /** The file in that folder into which it writes its answer; it finds it empty. */
  readonly output: string;
  /** gets what it writes on its terminal; the file before is kept with `.1` behind its name */
  readonly logPath: string;
}

/** The end of a bootloader. */
export interface BootloaderEnd extends ScriptEnd {
  /** its answer, `BOOTLOADER_OUTPUT_BYTES` and one at most */
  readonly output: string;
}

/** The qemu that serves the devices of one guest. */
export interface QemuStart {
  readonly domid: number;
  /** absolute */
  readonly program: string;
  readonly args: readonly string[];
  /** besides the environment of this process */
  readonly env: Readonly<Record<string, string>>;
  /** gets what it writes; the file before is kept with `.1` behind its name */
  readonly logPath: string;
}

/** A running qemu. */
export interface QemuProcess {
  readonly pid: number;
  readonly domid: number;
}

/**
 * "orderly": it writes down what it still has for its images, and is killed when that takes too long. "at-once": it
 * writes nothing more, because the guest uses its disks elsewhere by now.
 */
export type QemuEnd = 'orderly' | 'at-once';

/** What a network device of a guest has carried since it was plugged in, as the guest sees it. */
export interface NetworkCounters {
  readonly domid: number;
  readonly id: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** What a disk that the kernel serves has done since it was plugged in. Sectors are of 512 bytes. */
export interface DiskCounters {
  readonly domid: number;
  readonly id: number;
  /** requests of the guest */
  readonly reads: number;
  readonly writes: number;
  readonly readSectors: number;
  readonly writtenSectors: number;
}

/** The counters of all devices of guests that the kernel of the control domain serves. A qemu counts its own disks. */
export interface DeviceCounters {
  readonly networks: readonly NetworkCounters[];
  readonly disks: readonly DiskCounters[];
}

/** A file as a block device, as `losetup` sets one up. */
export interface LoopDevice {
  /** "/dev/loop0" */
  readonly path: string;
  /** The path of the file when it was set up, as the kernel has it: " (deleted)" is behind that of one that was removed. */
  readonly file: string;
  /** It was given this number when it was set up, and no other block device since the host was booted; empty where the kernel does not tell */
  readonly sequence: string;
  /** It shows all of its file and stays until it is taken away: so Xen's scripts set one up. */
  readonly isPlain: boolean;
  /**
   * Something has it for itself: a file system that is mounted, another block device. Linux's blkback has not, for it
   * opens disks as any reader does; a loop device that is taken away from under it goes when it closes it.
   */
  readonly isInUse: boolean;
}

/** Options of a call that takes a while. */
export interface Dom0CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The work of a control domain for the devices of guests that neither Xen nor xenstore does. `nativeDom0` does it on
 * this machine; a simulator can answer it too. Paths are as configurations have them.
 */
export interface Dom0 {
  lookAt(path: string): Promise<FileFacts>;
  /** Whether `runScript` or `startQemu` could run it; nothing is run. */
  lookAtProgram(path: string): Promise<ProgramFacts>;
  /** Whether there is a bridge of this name. */
  hasBridge(name: string): Promise<boolean>;
  /** Of all guests at once. A device that comes or goes meanwhile may be missing. */
  deviceCounters(): Promise<DeviceCounters>;
  /** Waits for its end. @throws DOM0_SCRIPT_MISSING, DOM0_SCRIPT_TIMEOUT */
  runScript(run: ScriptRun, options?: Dom0CallOptions): Promise<ScriptEnd>;
  /**
   * Waits for its end. The folder stays when it resolves, with all that has been fetched, whatever the status is: the
   * caller removes it. It is gone when it rejects.
   *
   * @throws DOM0_BOOTLOADER_MISSING, DOM0_BOOTLOADER_TIMEOUT
   */
  runBootloader(run: BootloaderRun, options?: Dom0CallOptions): Promise<BootloaderEnd>;
  /**
   * What has been written to the file or device is on the disk when it resolves, so that other hosts see it.
   * @throws DOM0_FLUSH_FAILED
   */
  flush(path: string): Promise<void>;
  /** The loop device under a path, "/dev/loop0"; undefined if there is none with a file. */
  lookAtLoop(path: string): Promise<LoopDevice | undefined>;
  /** All that there are, by whatever program they were set up: on a large host there are thousands. */
  listLoops(): Promise<readonly LoopDevice[]>;
  /**
   * Takes a loop device away. Nothing happens when there is another one, or none, under its path by now.
   * @throws DOM0_LOOP_STAYS: it is in use, or `losetup` fails
   */
  detachLoop(loop: Pick<LoopDevice, 'path' | 'sequence'>): Promise<void>;
  /** Starts it in a session of its own: it outlives this process. @returns its process, which may not be ready yet. @throws DOM0_QEMU_MISSING */
  startQemu(start: QemuStart): Promise<{ readonly pid: number }>;
  /** Whether that process is there, and is the qemu of this domain: its number may be another process' by now. */
  isQemu(qemu: QemuProcess): Promise<boolean>;
  /** Those of all domains, of whichever toolstack, also of domains that are gone. */
  listQemus(): Promise<readonly QemuProcess[]>;
  /** Ends it and waits until it is gone. Nothing to do when there is no such qemu. @throws DOM0_QEMU_STAYS */
  endQemu(qemu: QemuProcess, how: QemuEnd): Promise<void>;
  /**
   * Makes a qemu execute one QMP command.
   *
   * @param socket the path of its QMP socket
   * @throws DOM0_QMP_FAILED with its own words, DOM0_QMP_SILENT
   */
  qmp(
    socket: string,
    command: string,
    args?: Readonly<Record<string, unknown>>,
    options?: Dom0CallOptions,
  ): Promise<unknown>;
}
