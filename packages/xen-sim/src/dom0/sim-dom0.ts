import { basename } from 'node:path';
import { setImmediate as macrotask } from 'node:timers/promises';
import {
  nativeDom0,
  type BootloaderEnd,
  type BootloaderRun,
  type DeviceCounters,
  type Dom0,
  type Dom0CallOptions,
  type FileFacts,
  type LoopDevice as LoopFacts,
  type ProgramFacts,
  type QemuEnd,
  type QemuProcess,
  type QemuStart,
  type ScriptEnd,
  type ScriptRun,
} from '@vm-tools/dom0';
import {
  bootloaderLate,
  bootloaderMissing,
  flushFailed,
  loopStays,
  scriptLate,
  scriptMissing,
} from '@vm-tools/dom0/errors';
import { messageOf, throwIfAborted, VmToolsError } from '@vm-tools/errors';
import type { BackendWorld } from './backends/backend-device.ts';
import { Backends } from './backends/backends.ts';
import { blkback } from './backends/vbd.ts';
import { netback } from './backends/vif.ts';
import { pygrub } from './bootloader.ts';
import { BlockDevices } from './parts/block-devices.ts';
import { LoopDevices, type LoopDevice } from './parts/loop-devices.ts';
import { Network, type BridgePort } from './parts/network.ts';
import { Traffic } from './parts/traffic.ts';
import { Qemus } from './qemu/qemus.ts';
import type { QemuRecord } from './qemu/sim-qemu.ts';
import { block } from './scripts/block.ts';
import { backendPath, domidOf, failed, runHotplug, ScriptFailure, type Script } from './scripts/script.ts';
import { vifBridge } from './scripts/vif-bridge.ts';

/** By their base names, wherever a configuration has them. */
const SCRIPTS: ReadonlyMap<string, Script> = new Map([
  ['block', block],
  ['vif-bridge', vifBridge],
]);

export interface SimDom0Init extends BackendWorld {
  /** The folder of the host's files. */
  readonly root: string;
  /** names of its bridges */
  readonly bridges: readonly string[];
  /** how long a guest has run so far */
  readonly ranMs: (domid: number) => number;
  /** bytes of its block devices, by path */
  readonly disks: Readonly<Record<string, number>>;
}

/** A file or device that has been written to its disk. */
export interface Flush {
  readonly path: string;
  /** A qemu had it open and was not stopped, so that it may have written to it again. */
  readonly wasInUse: boolean;
}

/** What there is in a control domain because of the devices of guests. */
export interface DeviceState {
  readonly loops: readonly LoopDevice[];
  readonly bridgePorts: readonly BridgePort[];
  readonly qemus: readonly QemuRecord[];
  /** All that has been flushed, oldest first. */
  readonly flushes: readonly Flush[];
}

/**
 * The control domain of a simulated host: scripts as Debian has them, the backends of its kernel, qemus, and files,
 * which are those of this machine. Each call asks first whether it is to fail.
 */
export class SimDom0 implements Dom0, DeviceState, AsyncDisposable {
  readonly #init: SimDom0Init;
  readonly #network: Network;
  readonly #loops = new LoopDevices();
  readonly #blocks: BlockDevices;
  readonly #traffic: Traffic;
  readonly #kernel: readonly Backends[];
  readonly #qemus: Qemus;
  readonly #flushes: Flush[] = [];
  /** Scripts for disks wait for one another. */
  #lastBlock: Promise<unknown> = Promise.resolve();

  constructor(init: SimDom0Init) {
    this.#init = init;
    this.#network = new Network(init.bridges);
    this.#blocks = new BlockDevices(init.disks, this.#loops);
    this.#traffic = new Traffic(init.ranMs);
    this.#kernel = [
      blkback(this.#blocks, this.#loops, this.#traffic),
      netback(this.#network, this.#traffic),
    ].map((driver) => new Backends(init, driver));
    this.#qemus = new Qemus(init, { blocks: this.#blocks, traffic: this.#traffic });
  }

  get loops(): readonly LoopDevice[] {
    return this.#loops.all;
  }

  get bridgePorts(): readonly BridgePort[] {
    return this.#network.ports;
  }

  get qemus(): readonly QemuRecord[] {
    return this.#qemus.records;
  }

  get flushes(): readonly Flush[] {
    return this.#flushes;
  }

  /** Whether a backend or a qemu has something to do that needs no time. */
  get isBusy(): boolean {
    return this.#qemus.isBusy || this.#kernel.some((backends) => backends.isBusy);
  }

  async lookAt(path: string): Promise<FileFacts> {
    await this.#ask('lookAt');
    return this.#blocks.lookAt(path);
  }

  /** The scripts that there are, and any qemu. A rule of faults takes one away, or the right to run it. */
  async lookAtProgram(path: string): Promise<ProgramFacts> {
    try {
      await this.#ask('lookAtProgram');
    } catch (thrown) {
      const errno = errnoOf(thrown);
      if (errno === 'ENOENT') return 'absent';
      if (errno === 'EACCES') return 'not-executable';
      throw thrown;
    }
    const name = basename(path);
    return SCRIPTS.has(name) || name.includes('qemu') ? 'runnable' : 'absent';
  }

  async hasBridge(name: string): Promise<boolean> {
    await this.#ask('hasBridge');
    return this.#network.hasBridge(name);
  }

  async deviceCounters(): Promise<DeviceCounters> {
    await this.#ask('deviceCounters');
    return this.#traffic.counters;
  }

  async runScript(run: ScriptRun, { signal }: Dom0CallOptions = {}): Promise<ScriptEnd> {
    const { store } = this.#init;
    throwIfAborted(signal, `running ${run.path}`);
    try {
      await this.#ask('runScript', domidOf(run), signal);
    } catch (thrown) {
      const errno = errnoOf(thrown);
      if (errno === undefined) throw thrown;
      if (errno === 'ENOENT') throw scriptMissing(run.path);
      if (errno === 'ETIMEDOUT') throw scriptLate(run.path, '');
      return failed(store, backendPath(run), new ScriptFailure('error', messageOf(thrown)));
    }
    const script = SCRIPTS.get(basename(run.path));
    if (script === undefined) throw scriptMissing(run.path);
    const world = { store, blocks: this.#blocks, loops: this.#loops, network: this.#network };
    if (script !== block) return runHotplug(script, world, run);
    const end = this.#lastBlock.then(() => runHotplug(script, world, run));
    this.#lastBlock = end.catch(() => undefined);
    return end;
  }

  /** Any program of the name pygrub answers as `pygrub` here does; there is no other. */
  async runBootloader(run: BootloaderRun, { signal }: Dom0CallOptions = {}): Promise<BootloaderEnd> {
    throwIfAborted(signal, `running ${run.program}`);
    try {
      await this.#ask('runBootloader', undefined, signal);
    } catch (thrown) {
      const errno = errnoOf(thrown);
      if (errno === 'ENOENT') throw bootloaderMissing(run.program);
      if (errno === 'ETIMEDOUT') throw bootloaderLate(run.program, '');
      if (errno === undefined) throw thrown;
      return { ...(await pygrub(run)), status: 1, lastWords: `${messageOf(thrown)}\n` };
    }
    if (basename(run.program) !== 'pygrub') throw bootloaderMissing(run.program);
    return pygrub(run);
  }

  async flush(path: string): Promise<void> {
    await this.#ask('flush').catch((thrown: unknown) => {
      throw errnoOf(thrown) === undefined ? thrown : flushFailed(path, thrown);
    });
    if (!this.#blocks.isVolume(path)) await nativeDom0().flush(path);
    this.#flushes.push({ path, wasInUse: this.#qemus.writesTo(path) });
  }

  async lookAtLoop(path: string): Promise<LoopFacts | undefined> {
    await this.#ask('lookAtLoop');
    return (await this.#loopFacts()).find((loop) => loop.path === path);
  }

  async listLoops(): Promise<readonly LoopFacts[]> {
    await this.#ask('listLoops');
    return this.#loopFacts();
  }

  #loopFacts(): Promise<readonly LoopFacts[]> {
    const uses = this.#loops.uses.map(async ({ path, file, sequence, users }): Promise<LoopFacts> => {
      const isThere = (await this.#blocks.lookAt(file)).is !== 'absent';
      return {
        path,
        file: isThere ? file : `${file} (deleted)`,
        sequence,
        isPlain: true,
        isInUse: users > 0,
      };
    });
    return Promise.all(uses);
  }

  async detachLoop({ path, sequence }: Pick<LoopFacts, 'path' | 'sequence'>): Promise<void> {
    await this.#ask('detachLoop');
    const found = this.#loops.uses.find((use) => use.path === path && use.sequence === sequence);
    if (found === undefined) return;
    if (found.users > 0) throw loopStays(path, 'something has it for itself');
    this.#loops.detach(path);
  }

  async startQemu(start: QemuStart): Promise<{ readonly pid: number }> {
    return this.#qemus.start(start, () => this.#ask('startQemu', start.domid));
  }

  async isQemu(qemu: QemuProcess): Promise<boolean> {
    await this.#ask('isQemu', qemu.domid);
    return this.#qemus.find(qemu) !== undefined;
  }

  async listQemus(): Promise<readonly QemuProcess[]> {
    await this.#ask('listQemus');
    return this.#qemus.processes;
  }

  async endQemu(qemu: QemuProcess, how: QemuEnd): Promise<void> {
    await this.#qemus.end(qemu, how, () => this.#ask('endQemu', qemu.domid));
  }

  async qmp(...[socket, command, args = {}, { signal } = {}]: Parameters<Dom0['qmp']>): Promise<unknown> {
    throwIfAborted(signal, `asking qemu for ${command}`);
    const ask = (domid: number | undefined): Promise<void> => this.#ask('qmp', domid, signal);
    return this.#qemus.qmp({ socket, command, args }, ask);
  }

  /**
   * Resolves when backends and qemus have done what needs no time.
   * @param isBusyElsewhere whether guests have something to do, after which backends may have more
   */
  async settled(isBusyElsewhere: () => boolean): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet = this.isBusy || isBusyElsewhere() ? 0 : quiet + 1) {
      await this.#init.store.read('/'); // the events of all that has happened are before the answer
      await macrotask();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#qemus.endAll();
    await Promise.all(this.#kernel.map((backends) => backends.end()));
  }

  #ask(call: string, domid?: number, signal?: AbortSignal): Promise<void> {
    return this.#init.faults.before(`dom0.${call}`, domid, signal);
  }
}

/** The errno that a rule of faults has named; undefined for another failure. */
function errnoOf(thrown: unknown): string | undefined {
  const { errnoName } = thrown instanceof VmToolsError ? thrown.details : {};
  return typeof errnoName === 'string' ? errnoName : undefined;
}
