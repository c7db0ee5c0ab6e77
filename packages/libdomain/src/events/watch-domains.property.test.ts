import { isDeepStrictEqual } from 'node:util';
import { expect, it } from '@jest/globals';
import { VmToolsError, within } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import fc from 'fast-check';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { listDomains } from '../actions/look/list-domains.ts';
import type { Domain } from '../domain.ts';
import { domainPath } from '../paths.ts';
import { sampleDomain } from '../testing/sample-config.ts';
import type { SeenDomain, SeenHost } from './seen-domain.ts';
import { applyChange } from './testing/apply-change.ts';
import { watchDomains } from './watch-domains.ts';

const ACTIONS = ['create', 'pause', 'unpause', 'crash', 'power off', 'destroy', 'rename'] as const;

/** Does it to one of the domains, if there is any to which it can be done. */
async function act(host: SimulatedHost, action: (typeof ACTIONS)[number], nth: number): Promise<void> {
  const { xen, store, machine } = host;
  const guests = (await listDomains(host)).filter(({ domid }) => domid !== 0);
  const domain = guests[nth % Math.max(1, guests.length)];
  if (action === 'create') await sampleDomain(host, { name: `web${guests.length}-${nth}` }).catch(isTaken);
  if (domain === undefined) return;
  const { domid, uuid, state } = domain;
  const isUp = state === 'running' || state === 'blocked';
  if (action === 'pause' && isUp) await xen.domainPause(domid);
  if (action === 'unpause' && state === 'paused') await xen.domainUnpause(domid);
  if (action === 'crash' && isUp) machine.guestShutdown(domid, 'crash');
  if (action === 'power off' && isUp) machine.guestShutdown(domid, 'poweroff');
  if (action === 'destroy') await destroyDomain(host, { domid, uuid });
  if (action === 'rename') await store.write(`${domainPath(domid)}/name`, `other${domid}-${nth}`);
}

function isTaken(thrown: unknown): undefined {
  if (thrown instanceof VmToolsError && thrown.code === 'DOMAIN_NAME_TAKEN') return undefined;
  throw thrown;
}

/** e.g. "3 web1 running" */
const wordsOf = ({ domid, name, state }: Domain): string =>
  `${domid} ${name} ${state === 'blocked' ? 'running' : state}`;
const toldOf = ({ domid, name, phase }: SeenDomain): string =>
  `${domid} ${name} ${phase === 'shut-down' ? 'shutdown' : phase}`;

it('tells enough to know how a host is, whatever is done to it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...ACTIONS), fc.nat({ max: 3 })), { maxLength: 12 }),
      async (actions) => {
        await using host = await createSimulatedHost();
        await sampleDomain(host, { name: 'first' });
        const over = new AbortController();
        const events = watchDomains(host, { initial: true, pollMs: 5, signal: over.signal });
        let told: SeenHost = new Map();
        const next = async (): Promise<void> => {
          const silent = {
            code: 'TEST_SILENT',
            message: `no more is told than ${[...told.values()].map(toldOf).join(', ')}`,
          };
          told = applyChange(told, (await within(events.next(), patient(30_000), silent)).value);
        };
        try {
          await next();
          for (const [action, nth] of actions) await act(host, action, nth);
          const is = (await listDomains(host)).map(wordsOf).sort();
          const inWords = (): string[] => [...told.values()].map(toldOf).sort();
          while (!isDeepStrictEqual(inWords(), is)) await next();
          expect(inWords()).toEqual(is);
        } finally {
          over.abort();
          await events.return(undefined as never);
        }
      },
    ),
    { numRuns: 25 },
  );
});
