import type { DomainInfo } from '@vm-tools/xc-native';
import { LOOKING } from '../actions/look/list-domains.ts';
import { domainState, isFresh } from '../domain.ts';
import { asVmToolsError } from '../guest-error.ts';
import type { Host } from '../host.ts';
import { freeKib, PAGE_BYTES } from '../memory.ts';
import { incomingPath } from '../paths.ts';
import { deviceTotals, NO_DEVICES } from './device-totals.ts';
import type { DomainFigures, DomainSample, HostFigures } from './figures.ts';
import { KnownNames } from './known-names.ts';
import { QemuDiskReader } from './qemu-disks.ts';
import { ratesBetween } from './rates.ts';

const KIB_PER_PAGE = PAGE_BYTES / 1024;

/** Looks at all domains of a host, again and again. */
export interface FiguresReader {
  /** One look; its rates are those since the look before. One look must have ended before the next. */
  look(): Promise<HostFigures>;
}

/**
 * Reads what all domains of a host use: processors, memory, network and disks. A look costs one hypercall for all
 * domains, one file for all network devices, and a few reads for each disk.
 *
 * ```ts
 * const reader = figuresReader(host);
 * await reader.look();
 * await sleep(1000);
 * for (const { name, rates } of (await reader.look()).domains) console.log(name, rates?.cpuPercent);
 * ```
 *
 * @param now the time of a look, ms
 */
export function figuresReader(
  host: Pick<Host, 'xen' | 'store' | 'dom0'>,
  now: () => number = () => performance.now(),
): FiguresReader {
  return new Reader(host, now);
}

class Reader implements FiguresReader {
  readonly #host: Pick<Host, 'xen' | 'store' | 'dom0'>;
  readonly #now: () => number;
  readonly #names: KnownNames;
  readonly #qemuDisks: QemuDiskReader;
  #before: { readonly atMs: number; readonly domains: ReadonlyMap<number, DomainSample> } | undefined;

  constructor(host: Pick<Host, 'xen' | 'store' | 'dom0'>, now: () => number) {
    this.#host = host;
    this.#now = now;
    this.#names = new KnownNames(host.store);
    this.#qemuDisks = new QemuDiskReader(host);
  }

  async look(): Promise<HostFigures> {
    try {
      const { xen, dom0 } = this.#host;
      const [{ infos, atMs }, physinfo, counters, qemuDisks] = await Promise.all([
        xen.domainGetinfolist().then((list) => ({ infos: list, atMs: this.#now() })),
        xen.physinfo(),
        dom0.deviceCounters(),
        this.#qemuDisks.read(),
      ]);
      const memoryKib = physinfo.totalPages * KIB_PER_PAGE;
      const totals = deviceTotals(counters, qemuDisks);
      const [names, incoming] = await Promise.all([this.#names.of(infos), this.#incoming(infos)]);
      const samples = infos.map((info): DomainSample => {
        const { domid, uuid, onlineVcpus, totPages, maxPages, cpuTimeNs } = info;
        const usedKib = totPages * KIB_PER_PAGE;
        return {
          domid,
          uuid,
          name: names.get(domid) ?? '',
          state: incoming.has(domid) ? 'incoming' : domainState(info),
          vcpus: onlineVcpus,
          cpuSeconds: Number(cpuTimeNs) / 1e9,
          memoryKib: usedKib,
          maxMemoryKib: maxPages * KIB_PER_PAGE,
          memoryPercent: (100 * usedKib) / memoryKib,
          ...(totals.get(domid) ?? NO_DEVICES),
        };
      });
      const domains = samples.map((sample) => this.#withRates(sample, atMs));
      this.#before = { atMs, domains: new Map(samples.map((sample) => [sample.domid, sample])) };
      const { onlineCpus: cpus, cpuKhz } = physinfo;
      return { atMs, cpus, cpuKhz, memoryKib, freeKib: freeKib(physinfo), domains };
    } catch (thrown) {
      throw asVmToolsError(thrown, LOOKING);
    }
  }

  #withRates(sample: DomainSample, atMs: number): DomainFigures {
    const elapsedMs = atMs - (this.#before?.atMs ?? atMs);
    return { ...sample, rates: ratesBetween(this.#before?.domains.get(sample.domid), sample, elapsedMs) };
  }

  /** The domains that are on their way here: they have not run yet. */
  async #incoming(infos: readonly DomainInfo[]): Promise<ReadonlySet<number>> {
    const fresh = infos.filter((info) => isFresh(info) && !info.isDying);
    const marks = await Promise.all(fresh.map(({ domid }) => this.#host.store.read(incomingPath(domid))));
    return new Set(fresh.filter((_, index) => marks[index] !== undefined).map(({ domid }) => domid));
  }
}
