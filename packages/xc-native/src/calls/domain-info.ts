import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';
import { SHUTDOWN_REASONS, type DomainInfo, type ShutdownReason } from '../xen.ts';

/** XEN_DOMINF_* (xen/include/public/domctl.h) */
const DOMINF = {
  dying: 1 << 0,
  hvm: 1 << 1,
  shutdown: 1 << 2,
  paused: 1 << 3,
  blocked: 1 << 4,
  running: 1 << 5,
};
const SHUTDOWN_REASON_SHIFT = 16;

const DOMAINS_PER_CALL = 256;
const LAST_DOMID = 0x7fef; // DOMID_FIRST_RESERVED - 1

/** One domain. Xen answers with the first domain at or after the domid, so the answer's own domid counts. */
export function readDomainInfo(libxc: Libxc, domid: number): DomainInfo | undefined {
  const [info] = readFrom(libxc, domid, 1);
  return info?.domid === domid ? info : undefined;
}

/** All domains, by ascending domid. */
export function readDomainInfoList(libxc: Libxc): readonly DomainInfo[] {
  const all: DomainInfo[] = [];
  for (let first = 0; first <= LAST_DOMID; first = (all.at(-1)?.domid ?? LAST_DOMID) + 1) {
    const some = readFrom(libxc, first, DOMAINS_PER_CALL);
    all.push(...some);
    if (some.length < DOMAINS_PER_CALL) break;
  }
  return all;
}

function readFrom(libxc: Libxc, first: number, most: number): readonly DomainInfo[] {
  const layout = libxc.layouts.xc_domaininfo_t;
  const bytes = Buffer.alloc(layout.size * most);
  const count = libxc.call('xc_domain_getinfolist', [libxc.xch, first, most, bytes]);
  return Array.from({ length: count }, (_, index) =>
    decode(new StructView(layout, bytes.subarray(index * layout.size, (index + 1) * layout.size))),
  );
}

function decode(info: StructView<Libxc['layouts']['xc_domaininfo_t']>): DomainInfo {
  const flags = info.get('flags');
  const has = (bit: number): boolean => (flags & bit) !== 0;
  return {
    domid: info.get('domain'),
    uuid: info.get('handle'),
    isHvmContainer: has(DOMINF.hvm),
    isDying: has(DOMINF.dying),
    isPaused: has(DOMINF.paused),
    isBlocked: has(DOMINF.blocked),
    isRunning: has(DOMINF.running),
    shutdownReason: has(DOMINF.shutdown) ? shutdownReason(flags) : undefined,
    totPages: Number(info.get('tot_pages')),
    maxPages: Number(info.get('max_pages')),
    outstandingPages: Number(info.get('outstanding_pages')),
    pagedPages: Number(info.get('paged_pages')),
    onlineVcpus: info.get('nr_online_vcpus'),
    maxVcpuId: info.get('max_vcpu_id'),
    cpuTimeNs: info.get('cpu_time'),
    cpupool: info.get('cpupool'),
  };
}

/** A guest may give any number; one that Xen gives no name ends the guest all the same, and not in order. */
function shutdownReason(flags: number): ShutdownReason {
  return SHUTDOWN_REASONS[(flags >>> SHUTDOWN_REASON_SHIFT) & 0xff] ?? 'crash';
}
