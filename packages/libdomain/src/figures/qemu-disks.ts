import type { DiskCounters } from '@vm-tools/dom0';
import * as z from 'zod';
import { qmpPath } from '../devices/qemu/paths.ts';
import type { Host } from '../host.ts';
import { domainPath } from '../paths.ts';

const SECTOR_BYTES = 512;
/** A qemu that does not answer keeps no look back for longer. */
const ANSWER_LIMIT_MS = 2_000;
/** Each has a socket, and a qemu answers in a few milliseconds. */
const AT_ONCE = 32;

const natural = z.int().min(0);
const blockStats = z.array(
  z.object({
    stats: z.object({
      rd_operations: natural,
      wr_operations: natural,
      rd_bytes: natural,
      wr_bytes: natural,
    }),
  }),
);

/** The disks of one domain that its qemu serves, all together. */
export type QemuDisks = Omit<DiskCounters, 'id'> & { readonly disks: number };

/** The disks that qemus serve, which count them by themselves: the ones of domains in `backend/qdisk`. */
export class QemuDiskReader {
  readonly #host: Pick<Host, 'store' | 'dom0'>;
  #last: ReadonlyMap<number, QemuDisks> = new Map();

  constructor(host: Pick<Host, 'store' | 'dom0'>) {
    this.#host = host;
  }

  /** Of a qemu that does not answer: what it said the last time, if anything. */
  async read(): Promise<readonly QemuDisks[]> {
    const { store } = this.#host;
    const domids = ((await store.directory(`${domainPath(0)}/backend/qdisk`)) ?? []).map(Number);
    const disks: QemuDisks[] = [];
    for (let at = 0; at < domids.length; at += AT_ONCE) {
      const read = domids.slice(at, at + AT_ONCE).map((domid) => this.#readOne(domid));
      disks.push(...(await Promise.all(read)).flat());
    }
    this.#last = new Map(disks.map((one) => [one.domid, one]));
    return disks;
  }

  async #readOne(domid: number): Promise<readonly QemuDisks[]> {
    try {
      const options = { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) };
      const answer = await this.#host.dom0.qmp(qmpPath(domid, 'libxenstat'), 'query-blockstats', {}, options);
      return [sumOf(domid, blockStats.parse(answer))];
    } catch {
      const last = this.#last.get(domid);
      return last === undefined ? [] : [last];
    }
  }
}

function sumOf(domid: number, all: z.infer<typeof blockStats>): QemuDisks {
  const sum = (of: (stats: (typeof all)[number]['stats']) => number): number =>
    all.reduce((total, { stats }) => total + of(stats), 0);
  return {
    domid,
    disks: all.length,
    reads: sum(({ rd_operations }) => rd_operations),
    writes: sum(({ wr_operations }) => wr_operations),
    readSectors: Math.floor(sum(({ rd_bytes }) => rd_bytes) / SECTOR_BYTES),
    writtenSectors: Math.floor(sum(({ wr_bytes }) => wr_bytes) / SECTOR_BYTES),
  };
}
