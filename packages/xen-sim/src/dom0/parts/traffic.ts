import type { DeviceCounters } from '@vm-tools/dom0';

/** What a device of a simulated guest does in each second in which the guest runs. */
const PER_SECOND = {
  receivedBytes: 4096,
  sentBytes: 2048,
  reads: 4,
  writes: 8,
  readSectors: 32,
  writtenSectors: 64,
} as const;

type Quantity = keyof typeof PER_SECOND;
type DiskTraffic = Readonly<Record<Exclude<Quantity, 'receivedBytes' | 'sentBytes'>, number>>;

/** A device in use. */
interface Connection {
  readonly kind: string;
  readonly domid: number;
  readonly id: number;
  /** how long its guest had run when it was connected */
  readonly sinceMs: number;
}

/**
 * What the devices of guests have carried: as if each guest used them at the same pace for as long as it runs. A device
 * that is plugged in again counts from zero, as those of Linux do.
 */
export class Traffic {
  readonly #ranMs: (domid: number) => number;
  /** by the path of the backend */
  readonly #connections = new Map<string, Connection>();

  /** @param ranMs how long a guest has run so far */
  constructor(ranMs: (domid: number) => number) {
    this.#ranMs = ranMs;
  }

  begin(kind: string, { path, domid, id }: { path: string; domid: number; id: string }): void {
    if (this.#connections.has(path)) return;
    this.#connections.set(path, { kind, domid, id: Number(id), sinceMs: this.#ranMs(domid) });
  }

  end({ path }: { readonly path: string }): void {
    this.#connections.delete(path);
  }

  /** Of the devices that the kernel serves. */
  get counters(): DeviceCounters {
    const all = [...this.#connections.values()];
    const of = (wanted: string): Connection[] => all.filter(({ kind }) => kind === wanted);
    return {
      networks: of('vif').map((connection) => ({
        domid: connection.domid,
        id: connection.id,
        receivedBytes: this.#amount(connection, 'receivedBytes'),
        sentBytes: this.#amount(connection, 'sentBytes'),
      })),
      disks: of('vbd').map((connection) => ({
        domid: connection.domid,
        id: connection.id,
        ...this.#disk(connection),
      })),
    };
  }

  /** Of a disk that a qemu serves. */
  diskAt(path: string): DiskTraffic {
    const connection = this.#connections.get(path);
    if (connection === undefined) return { reads: 0, writes: 0, readSectors: 0, writtenSectors: 0 };
    return this.#disk(connection);
  }

  #disk(connection: Connection): DiskTraffic {
    return {
      reads: this.#amount(connection, 'reads'),
      writes: this.#amount(connection, 'writes'),
      readSectors: this.#amount(connection, 'readSectors'),
      writtenSectors: this.#amount(connection, 'writtenSectors'),
    };
  }

  #amount({ domid, sinceMs }: Connection, quantity: Quantity): number {
    const ranMs = Math.max(0, this.#ranMs(domid) - sinceMs);
    return Math.floor((ranMs / 1000) * PER_SECOND[quantity]);
  }
}
