/** A restored guest is the saved one: pages, params and all that is opaque, whatever happens in between. */
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LibxcVerifier } from '@vm-tools/xen-stream';
import type { Machine, MachineDomain } from '../machine/index.ts';
import { PAGE_BYTES, type Entropy } from '../memory/index.ts';
import { restoreDomain, saveDomain } from './index.ts';
import { emptyDomain, machineFor, pvhSpec, suspends } from './testing/guest-host.ts';

const machine = machineFor();
const STORE_PFN = 500;
const CONSOLE_PFN = 501;

interface Write {
  readonly gfn: number;
  readonly seed: number;
  readonly entropy: Entropy | 'foreign';
}

const writes = fc.array(
  fc.record({
    gfn: fc.nat(1500),
    seed: fc.nat(2 ** 31),
    entropy: fc.constantFrom<Write['entropy']>('zero', 'text', 'random', 'foreign'),
  }),
  { maxLength: 60 },
);
const holes = fc.array(fc.tuple(fc.nat(1500), fc.nat(300)), { maxLength: 4 });

function apply({ memory }: MachineDomain, list: readonly Write[]): void {
  for (const { gfn, seed, entropy } of list) {
    if (!memory.isPopulated(gfn)) continue;
    if (entropy === 'foreign') memory.writePage(gfn, Buffer.alloc(PAGE_BYTES, `${seed} `));
    else memory.writeRecipe(gfn, { seed, version: 1, entropy });
  }
}

function guestOf(gaps: readonly (readonly [number, number])[], list: readonly Write[]): MachineDomain {
  const domain = emptyDomain(machine);
  machine.populate(domain.domid, 0, 1501);
  for (const [start, count] of gaps) {
    if (start + count < STORE_PFN || start > CONSOLE_PFN) domain.memory.depopulate(start, count);
  }
  domain.hvmParams.set(1, BigInt(STORE_PFN)).set(17, BigInt(CONSOLE_PFN)).set(12, 0xfeffe000n);
  apply(domain, list);
  machine.markBuilt(domain.domid);
  machine.domainUnpause(domain.domid);
  return domain;
}

async function move(
  from: MachineDomain,
  live: boolean,
  rounds: (readonly Write[])[],
): Promise<MachineDomain> {
  const target = emptyDomain(machine);
  const restored = restoreDomain(machine, target.domid, pvhSpec);
  const precopy = ({ dirtyPages }: { dirtyPages: number | undefined }) => {
    const next = dirtyPages === undefined ? rounds.shift() : [];
    apply(from, next ?? []);
    return next === undefined ? 'stop-and-copy' : 'continue';
  };
  const saved = saveDomain(machine, from.domid, { live, suspend: suspends(machine, from), precopy });
  await Promise.all([pipeline(saved.stream, restored.sink), saved.done, restored.done]);
  return target;
}

async function savedBytes(owner: Machine, domain: MachineDomain): Promise<Buffer> {
  if (domain.shutdownReason === undefined) owner.guestShutdown(domain.domid, 'suspend');
  const call = saveDomain(owner, domain.domid, { live: false, suspend: () => Promise.resolve() });
  return buffer(call.stream);
}

test('a guest that is moved is the same guest', async () => {
  await fc.assert(
    fc.asyncProperty(
      holes,
      writes,
      fc.boolean(),
      fc.array(writes, { maxLength: 3 }),
      async (gaps, list, live, rounds) => {
        const from = guestOf(gaps, list);
        const to = await move(from, live, rounds);
        for (const gfn of [STORE_PFN, CONSOLE_PFN]) from.memory.writePage(gfn, Buffer.alloc(PAGE_BYTES));
        expect(to.memory.firstDifference(from.memory)).toBeUndefined();
        expect([...to.hvmParams].filter(([index]) => index !== 2 && index !== 18)).toEqual([
          ...from.hvmParams,
        ]);

        // Saved again, it is the same stream to the byte.
        const stream = await savedBytes(machine, from);
        expect(stream.equals(await savedBytes(machine, to))).toBe(true);
        const verifier = new LibxcVerifier({ expect: 'pvh' });
        verifier.push(stream);
        verifier.finish();
        for (const { domid } of [from, to]) machine.destroyDomain(domid);
      },
    ),
    { numRuns: 20 },
  );
});
