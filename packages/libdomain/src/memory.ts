import type { HostInfo } from '@vm-tools/xc-native';
import { profileOf, type DomainType, type Size } from './types/index.ts';

/** Xen's page, bytes. */
export const PAGE_BYTES = 4096;
const KIB_PER_PAGE = PAGE_BYTES / 1024;

/**
 * The memory that Xen may give to a domain above its target (LIBXL_MAXMEM_CONSTANT): the rings and other special pages.
 */
export const MAXMEM_SLACK_KIB = 1024;

/** How much of the host's memory a domain takes. */
export interface MemoryNeed {
  /** Whether Xen is to use hardware assisted paging for it. Never for a guest that brings its own page tables. */
  readonly hap: boolean;
  /** The pool from which Xen takes page tables for the guest, KiB; 0 for one that brings its own. */
  readonly pagingPoolKib: number;
  /** All that the host must have free, KiB. */
  readonly needKib: number;
}

/**
 * The memory that a domain takes from the host, as libxl reckons it: 1 MiB of paging pool for each vCPU, a page for
 * each MiB for the p2m, and again as much for shadow page tables where the processor cannot do without; unless its
 * configuration says how large the pool is.
 */
export function memoryNeed(
  config: Size & {
    readonly type: DomainType;
    readonly hap?: boolean | undefined;
    readonly shadowMemoryKib?: number | undefined;
  },
  host: Pick<HostInfo, 'capabilities'>,
): MemoryNeed {
  const { isPaged, extraKib } = profileOf(config).memory;
  const hap = isPaged && (config.hap ?? host.capabilities.hap);
  const pagesForEachMib = hap ? 1 : 2;
  const poolPages = 256 * config.maxVcpus + pagesForEachMib * Math.floor(config.maxMemoryKib / 1024);
  const { shadowMemoryKib = KIB_PER_PAGE * poolPages } = config;
  const pagingPoolKib = isPaged ? shadowMemoryKib : 0;
  const superpageKib = 2048;
  const needKib = Math.ceil((config.memoryKib + pagingPoolKib + extraKib) / superpageKib) * superpageKib;
  return { hap, pagingPoolKib, needKib };
}

/** The memory that the host can still give away, KiB: free, and not yet claimed by a domain that is being built. */
export function freeKib(host: Pick<HostInfo, 'freePages' | 'outstandingPages'>): number {
  return Math.max(0, host.freePages - host.outstandingPages) * KIB_PER_PAGE;
}

/** The pages of 4 KiB that an image of this domain may bring: its memory, its rings and its other special pages. */
export function maxPagesOf({ maxMemoryKib }: Pick<Size, 'maxMemoryKib'>): number {
  return Math.ceil(((maxMemoryKib + MAXMEM_SLACK_KIB) * 1024) / PAGE_BYTES);
}
