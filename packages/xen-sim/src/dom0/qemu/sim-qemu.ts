import { appendFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { QemuEnd, QemuStart } from '@vm-tools/dom0';
import { qmpRefused } from '@vm-tools/dom0/errors';
import { messageOf } from '@vm-tools/errors';
import type { BackendWorld } from '../backends/backend-device.ts';
import { Backends } from '../backends/backends.ts';
import type { BlockDevices } from '../parts/block-devices.ts';
import type { Traffic } from '../parts/traffic.ts';
import { qdisk, type OpenImage, type OpenImages } from './qdisk.ts';
import { vncServerOf, type VncServer } from './vnc-server.ts';
import { xenBackends } from './xen-backends.ts';

/** A qemu, as far as it can be seen from outside. */
export interface QemuRecord {
  readonly domid: number;
  readonly isStopped: boolean;
  /** paths of the images that it has open */
  readonly images: readonly string[];
  /** TCP port on which viewers find its screen */
  readonly vncPort?: number;
}

/** What a qemu finds on its host. */
export type World = BackendWorld & {
  readonly root: string;
  /** Whether another one listens on a TCP port. */
  readonly isPortTaken: (port: number) => boolean;
};
type Parts = { readonly blocks: BlockDevices; readonly traffic: Traffic };

const SECTOR_BYTES = 512;

/** A qemu for the devices of one guest: says when it is ready, serves its backends, and answers on its sockets. */
export class SimQemu {
  readonly domid: number;
  readonly #world: World;
  readonly #parts: Parts;
  readonly #start: QemuStart;
  readonly #sockets: readonly string[];
  readonly #onEnd: () => void;
  readonly #images: OpenImages = new Map();
  readonly #over = new AbortController();
  #life: Promise<void> = Promise.resolve();
  #backends: readonly Backends[] = [];
  #vnc: VncServer | undefined;
  #password: string | undefined;
  #isStarting = true;
  #isStopped = false;

  /** Makes its log and its sockets, as a process does before it is asked anything. */
  static async start(world: World, parts: Parts, start: QemuStart, onEnd: () => void): Promise<SimQemu> {
    await mkdir(dirname(start.logPath), { recursive: true });
    await rename(start.logPath, `${start.logPath}.1`).catch(() => undefined); // there was none
    await writeFile(start.logPath, '', { mode: 0o600 });
    const qemu = new SimQemu(world, parts, start, onEnd);
    await qemu.#listen();
    if (!qemu.isOver) qemu.#openScreen();
    if (!qemu.isOver) qemu.#life = qemu.#live();
    return qemu;
  }

  private constructor(world: World, parts: Parts, start: QemuStart, onEnd: () => void) {
    this.domid = start.domid;
    this.#world = world;
    this.#parts = parts;
    this.#start = start;
    this.#onEnd = onEnd;
    this.#sockets = start.args.flatMap((arg) => socketOf(arg) ?? []);
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  get isBusy(): boolean {
    return this.#isStarting || this.#backends.some(({ isBusy }) => isBusy);
  }

  get record(): QemuRecord {
    const images = [...this.#images.values()].map(({ path }) => path).sort();
    const vnc = this.#vnc === undefined ? {} : { vncPort: this.#vnc.port };
    return { domid: this.domid, isStopped: this.#isStopped, images, ...vnc };
  }

  /** The password that viewers have to know, when it has been told one. */
  get password(): string | undefined {
    return this.#password;
  }

  get vncPort(): number | undefined {
    return this.#vnc?.port;
  }

  listensOn(socket: string): boolean {
    return this.#sockets.includes(socket);
  }

  writesTo(path: string): boolean {
    const isWriter = (image: OpenImage): boolean => image.path === path && !image.isReadOnly;
    return !this.#isStopped && [...this.#images.values()].some(isWriter);
  }

  /** @throws DOM0_QMP_FAILED */
  execute(command: string, args: Readonly<Record<string, unknown>>): unknown {
    switch (command) {
      case 'stop':
        this.#isStopped = true;
        return {};
      case 'cont':
        this.#isStopped = false;
        return {};
      case 'query-status':
        return {
          status: this.#isStopped ? 'paused' : 'running',
          singlestep: false,
          running: !this.#isStopped,
        };
      case 'query-vnc':
        return this.#describeVnc();
      case 'change-vnc-password':
        if (this.#vnc?.needsPassword !== true) throw qmpRefused(command, 'Could not set password');
        this.#password = String(args['password']);
        return {};
      case 'query-block':
        return [...this.#images].map(([backend, image]) => describe(backend, image));
      case 'query-blockstats':
        return [...this.#images.keys()].map((backend) => this.#countersOf(backend));
      default:
        throw qmpRefused(command, `The command ${command} has not been found`);
    }
  }

  /** One that ends in order takes the nodes of its disks along, and its sockets; one that is killed takes nothing. */
  async end(how: QemuEnd): Promise<void> {
    this.#over.abort();
    this.#onEnd();
    await this.#life;
    await Promise.all(this.#backends.map((backends) => backends.end()));
    const backends = [...this.#images.keys()];
    this.#images.clear();
    if (how === 'at-once') return;
    const { store } = this.#world;
    for (const backend of backends) {
      await store.transaction(async (tx) => {
        const frontend = await tx.read(`${backend}/frontend`);
        if (frontend !== undefined) await tx.rm(frontend);
        await tx.rm(backend);
      });
    }
    for (const path of this.#sockets) if (this.#isOurs(path)) await rm(path, { force: true });
  }

  async #live(): Promise<void> {
    const { store, faults } = this.#world;
    const held = faults.ofItself('backend.qemu', this.domid, this.#over.signal);
    if (held !== undefined) {
      this.#isStarting = false;
      try {
        await held;
      } catch (thrown) {
        if (!this.isOver) this.#die(messageOf(thrown));
      }
    }
    if (!this.isOver) {
      const log = (line: string): void => this.#log(line);
      const drivers = [qdisk(this.#parts, this.#images, log), ...xenBackends()];
      this.#backends = drivers.map((driver) => new Backends(this.#world, driver, this.domid));
      await store
        .write(`/local/domain/0/device-model/${this.domid}/state`, 'running')
        .catch((thrown: unknown) => this.#die(messageOf(thrown)));
    }
    this.#isStarting = false;
  }

  /** A socket that cannot be made is the end of it. Outside of the host's root none is made. */
  async #listen(): Promise<void> {
    for (const path of this.#sockets.filter((socket) => this.#isOurs(socket))) {
      const isRoom = await stat(dirname(path)).then(
        (folder) => folder.isDirectory(),
        () => false,
      );
      if (isRoom) await leaveSocket(path);
      else this.#die(`Failed to bind socket to ${path}: No such file or directory`);
    }
  }

  #countersOf(backend: string): unknown {
    const { reads, writes, readSectors, writtenSectors } = this.#parts.traffic.diskAt(backend);
    return {
      device: '',
      qdev: qdevOf(backend),
      stats: {
        rd_operations: reads,
        wr_operations: writes,
        rd_bytes: readSectors * SECTOR_BYTES,
        wr_bytes: writtenSectors * SECTOR_BYTES,
      },
    };
  }

  #openScreen(): void {
    const server = vncServerOf(this.#start.args, this.#world.isPortTaken);
    if (typeof server === 'string') this.#die(server);
    else this.#vnc = server;
  }

  #describeVnc(): unknown {
    if (this.#vnc === undefined) return { enabled: false, clients: [] };
    const { host, port, needsPassword } = this.#vnc;
    return { enabled: true, host, service: `${port}`, auth: needsPassword ? 'vnc' : 'none', clients: [] };
  }

  #die(why: string): void {
    this.#log(`${this.#start.program}: ${why}`);
    this.#over.abort();
    this.#onEnd();
  }

  #isOurs(path: string): boolean {
    return path.startsWith(`${this.#world.root}/`);
  }

  #log(line: string): void {
    appendFileSync(this.#start.logPath, `${line}\n`);
  }
}

/** A socket at which no process listens, as a qemu that was killed leaves it: node removes it where it was made. */
async function leaveSocket(path: string): Promise<void> {
  await rm(path, { force: true });
  const server = createServer().listen(`${path}.new`);
  await once(server, 'listening');
  await rename(`${path}.new`, path);
  server.close();
  await once(server, 'close');
}

/** Of "unix:/path,server=on" and of "socket,id=libxl-cmd,path=/path,server=on". */
function socketOf(arg: string): string | undefined {
  return /^(?:unix:|socket,(?:[^,]*,)*?path=)([^,]+)/.exec(arg)?.[1];
}

function describe(backend: string, { path, format, isReadOnly, bytes }: OpenImage): unknown {
  return {
    device: '',
    qdev: qdevOf(backend),
    type: 'unknown',
    locked: false,
    removable: false,
    'io-status': 'ok',
    inserted: {
      file: path,
      drv: format,
      ro: isReadOnly,
      image: { filename: path, format, 'virtual-size': bytes },
    },
  };
}

function qdevOf(backend: string): string {
  return `/machine/peripheral/${backend.slice(backend.lastIndexOf('/') + 1)}/virtio-backend`;
}
