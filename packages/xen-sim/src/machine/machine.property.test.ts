import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { ManualClock } from '@vm-tools/ratelimit';
import fc from 'fast-check';
import { Machine } from './machine.ts';

const uuid = '11111111-2222-4333-8444-abcdefabcdef';
const letGo: (() => void)[] = [];

type Act = (machine: Machine, domid: number, amount: number) => unknown;
const ACTS: Readonly<Record<string, Act>> = {
  createPvh: (machine) => machine.domainCreate({ uuid, type: 'pvh', maxVcpus: 2 }),
  createPv: (machine) => machine.domainCreate({ uuid, type: 'pv', maxVcpus: 1 }),
  maxVcpus: (machine, domid, amount) => machine.domainMaxVcpus(domid, 1 + (amount % 2)),
  maxmem: (machine, domid, amount) => machine.domainSetmaxmem(domid, amount * 4),
  pool: (machine, domid, amount) => machine.setPagingMempoolSize(domid, amount * 4096),
  claim: (machine, domid, amount) => machine.domainClaimPages(domid, amount),
  populate: (machine, domid, amount) => machine.populate(domid, amount % 700, amount),
  build: (machine, domid) => machine.markBuilt(domid),
  pause: (machine, domid) => machine.domainPause(domid),
  unpause: (machine, domid) => machine.domainUnpause(domid),
  suspend: (machine, domid) => machine.guestShutdown(domid, 'suspend'),
  resume: (machine, domid) => machine.domainResume(domid, { fast: true }),
  hold: (machine, domid) => letGo.push(machine.holdPages(domid)),
  letGo: () => letGo.shift()?.(),
  destroy: (machine, domid) => machine.destroyDomain(domid),
};

const script = fc.array(
  fc.record({
    act: fc.constantFrom(...Object.keys(ACTS)),
    domid: fc.integer({ min: 1, max: 6 }),
    amount: fc.integer({ min: 0, max: 5000 }),
  }),
  { maxLength: 80 },
);

function checkBooks(machine: Machine): void {
  const { totalPages, freePages, outstandingPages } = machine.physinfo();
  const domains = [...machine.domains.values()];
  const sum = (of: (domain: (typeof domains)[number]) => number): number =>
    domains.reduce((total, domain) => total + of(domain), 0);
  expect(freePages + sum(({ totPages, pagingPoolPages }) => totPages + pagingPoolPages)).toBe(totalPages);
  expect(outstandingPages).toBe(sum((domain) => domain.outstandingPages));
  expect(outstandingPages).toBeLessThanOrEqual(freePages);
  for (const { isDying, isRunning, pauseCount, shutdownReason, totPages } of domains) {
    expect(pauseCount).toBeGreaterThanOrEqual(0);
    if (isRunning) expect([pauseCount, shutdownReason, isDying]).toEqual([0, undefined, false]);
    if (isDying) expect(totPages).toBeLessThanOrEqual(1);
  }
}

test('whatever is done, every page is accounted for, and in the end all of them are free', () => {
  fc.assert(
    fc.property(script, (steps) => {
      letGo.length = 0;
      const machine = new Machine({ memoryMib: 40, dom0Mib: 1, maxDomains: 6, clock: new ManualClock() });
      const before = machine.physinfo();
      const events: string[] = [];
      machine.onEvent(({ type, domid }) => events.push(`${domid} ${type}`));
      for (const { act, domid, amount } of steps) {
        try {
          ACTS[act]!(machine, domid, amount);
        } catch (thrown) {
          if (!(thrown instanceof VmToolsError)) throw thrown;
        }
        checkBooks(machine);
      }
      for (const domid of machine.domains.keys()) if (domid !== 0) machine.destroyDomain(domid);
      for (const release of letGo) release();
      expect([machine.physinfo(), machine.domains.size]).toEqual([before, 1]);
      const times = (type: string): number => events.filter((event) => event.endsWith(type)).length;
      expect([times('dying'), times('gone')]).toEqual([times('created'), times('created')]);
    }),
    { numRuns: 200 },
  );
});
