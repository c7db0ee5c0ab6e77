import type { QemuEnd, QemuProcess, QemuStart } from '@vm-tools/dom0';
import { qemuMissing, qemuStays, qmpRefused, qmpSilent } from '@vm-tools/dom0/errors';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { BackendWorld } from '../backends/backend-device.ts';
import type { BlockDevices } from '../parts/block-devices.ts';
import type { Traffic } from '../parts/traffic.ts';
import { SimQemu, type QemuRecord, type World } from './sim-qemu.ts';

/** Linux gives no process a larger number, so that none of these is that of a real one. */
const LARGEST_PID = 2 ** 22;

/** Asked before a call does anything; rejects with a failure that a rule wants. */
type Ask<Args extends unknown[] = []> = (...args: Args) => Promise<void>;

export interface QmpCall {
  readonly socket: string;
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The qemus of a simulated host. */
export class Qemus {
  readonly #world: World;
  readonly #parts: { readonly blocks: BlockDevices; readonly traffic: Traffic };
  readonly #running = new Map<number, SimQemu>();
  #started = 0;

  constructor(
    world: BackendWorld & { readonly root: string },
    parts: { readonly blocks: BlockDevices; readonly traffic: Traffic },
  ) {
    const isPortTaken = (port: number): boolean =>
      [...this.#running.values()].some(({ vncPort }) => vncPort === port);
    this.#world = { ...world, isPortTaken };
    this.#parts = parts;
  }

  get records(): readonly QemuRecord[] {
    return [...this.#running.values()].map((qemu) => qemu.record);
  }

  get processes(): readonly QemuProcess[] {
    return [...this.#running].map(([pid, { domid }]) => ({ pid, domid }));
  }

  get isBusy(): boolean {
    return [...this.#running.values()].some((qemu) => qemu.isBusy);
  }

  find({ pid, domid }: QemuProcess): SimQemu | undefined {
    const qemu = this.#running.get(pid);
    return qemu?.domid === domid ? qemu : undefined;
  }

  /** Whether one that is not stopped has it open for writing. */
  writesTo(path: string): boolean {
    return [...this.#running.values()].some((qemu) => qemu.writesTo(path));
  }

  async start(start: QemuStart, ask: Ask): Promise<{ readonly pid: number }> {
    await ask().catch((thrown: unknown) => {
      throw isWanted(thrown) ? qemuMissing(start.program, thrown) : thrown;
    });
    this.#started += 1;
    const pid = LARGEST_PID + this.#started;
    const qemu = await SimQemu.start(this.#world, this.#parts, start, () => this.#running.delete(pid));
    if (!qemu.isOver) this.#running.set(pid, qemu);
    return { pid };
  }

  async end(process: QemuProcess, how: QemuEnd, ask: Ask): Promise<void> {
    await ask().catch((thrown: unknown) => {
      throw isWanted(thrown) ? qemuStays(process.pid, thrown) : thrown;
    });
    await this.find(process)?.end(how);
  }

  async qmp({ socket, command, args }: QmpCall, ask: Ask<[number | undefined]>): Promise<unknown> {
    const qemu = [...this.#running.values()].findLast((running) => running.listensOn(socket));
    await ask(qemu?.domid).catch((thrown: unknown) => {
      if (!isWanted(thrown)) throw thrown;
      const isSilent = thrown.details['errnoName'] === 'ETIMEDOUT';
      throw isSilent ? qmpSilent(socket, command, thrown) : qmpRefused(command, messageOf(thrown));
    });
    if (qemu === undefined || qemu.isOver) {
      throw qmpSilent(socket, command, new Error(`connect ENOENT ${socket}`));
    }
    return qemu.execute(command, args);
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map((qemu) => qemu.end('at-once')));
  }
}

/** Whether a rule of faults wants it. */
function isWanted(thrown: unknown): thrown is VmToolsError {
  return thrown instanceof VmToolsError && typeof thrown.details['errnoName'] === 'string';
}
