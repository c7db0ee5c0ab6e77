import type { Clock } from '@vm-tools/ratelimit';
import type { CpuPolicy } from '@vm-tools/xc-native';
import { MOST_PAGES, type MemoryAccounts } from '../memory-accounts.ts';
import { MOST_GRANT_FRAMES, MOST_MAPTRACK_FRAMES } from './create-rules.ts';
import { DomainState } from './domain-state.ts';

const PLAIN = {
  grants: { version: 2, maxFrames: MOST_GRANT_FRAMES, maxMaptrackFrames: MOST_MAPTRACK_FRAMES },
  features: { hap: false, nestedVirt: false, vpmu: false, msrRelaxed: false },
} as const;

/** The domain that the toolstack runs in. It always looks running, because it is the one that looks. */
export function makeDom0(
  { cpus, pages, cpu }: { readonly cpus: number; readonly pages: number; readonly cpu: CpuPolicy },
  accounts: MemoryAccounts,
  clock: Clock,
): DomainState {
  const uuid = '00000000-0000-0000-0000-000000000000';
  const dom0 = new DomainState(
    { domid: 0, uuid, type: 'pv', maxVcpus: cpus, cpu, maxEvtchnPort: 4095, ...PLAIN },
    clock,
  );
  dom0.maxPages = MOST_PAGES;
  accounts.populate(dom0, 0, pages);
  dom0.vcpus = cpus;
  dom0.onlineVcpus = cpus;
  dom0.isBuilt = true;
  dom0.isCreated = true;
  dom0.pauseCount = 0;
  dom0.program = { catchUp: () => undefined, load: () => 1 };
  dom0.settle();
  return dom0;
}
