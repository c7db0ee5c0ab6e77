import { duplexPair } from 'node:stream';
import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import {
  checkConfig,
  createDomain,
  destroyDomain,
  domainSource,
  domainTarget,
  type Source,
} from '@vm-tools/libdomain';
import { receiveFromPeer, sendToPeer, type Connection, type TransferSummary } from '@vm-tools/libxfr';
import { patient } from '@vm-tools/ratelimit/testing';
import {
  createSimulatedHost,
  strike,
  strikesOf,
  type HostState,
  type SimulatedHost,
  type Strike,
} from '@vm-tools/xen-sim';

/** Both ends of a transfer, however they ended. */
interface Outcome {
  readonly sent: TransferSummary | VmToolsError;
  readonly received: TransferSummary | VmToolsError;
}

interface Signals {
  readonly send?: AbortSignal;
  readonly receive?: AbortSignal;
}

async function transfer(source: Source, there: SimulatedHost, signals: Signals = {}): Promise<Outcome> {
  const [ours, theirs] = duplexPair();
  const connect = (stream: typeof ours, peer: string): Connection => ({ stream, peer, isConfidential: true });
  const timeouts = { lingerMs: patient(5_000) };
  const [sent, received] = await Promise.all([
    ended(sendToPeer(source, connect(ours, 'b'), { timeouts, signal: signals.send })),
    ended(
      receiveFromPeer(connect(theirs, 'a'), () => domainTarget(there), { timeouts, signal: signals.receive }),
    ),
  ]);
  return { sent, received };
}

function ended(work: Promise<TransferSummary | undefined>): Promise<TransferSummary | VmToolsError> {
  return work.then(
    (summary) => summary!,
    (thrown: unknown) => {
      expect(thrown).toBeInstanceOf(VmToolsError);
      return thrown as VmToolsError;
    },
  );
}

/** A small guest, of which Xen cannot tell what it writes: it stands still while it is moved. */
async function guestOf(host: SimulatedHost): Promise<Source> {
  const config = checkConfig({ name: 'web1', type: 'pv', kernel: host.kernel, memoryKib: 2048 });
  return domainSource(host, await createDomain(host, config));
}

async function clear(host: SimulatedHost, empty: HostState): Promise<void> {
  for (const { domid, uuid } of (await host.snapshot()).domains)
    if (domid !== 0) await destroyDomain(host, { domid, uuid });
  expect(await host.snapshot()).toEqual(empty);
}

/** Whether the guest may execute there. */
const runs = ({ domains }: HostState): boolean =>
  domains.some(({ domid, isPaused, isDying, shutdownReason }) => {
    return domid !== 0 && !isPaused && !isDying && shutdownReason === undefined;
  });

interface After {
  readonly here: HostState;
  readonly there: HostState;
}

/** It has not been moved: it runs on the source as before, the target is empty, and both ends know why. */
function expectStayed({ sent, received }: Outcome, after: After, before: After, each: Strike): void {
  expect(after).toEqual(before);
  for (const error of [sent, received]) {
    expect(error).toMatchObject({
      code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/),
      message: expect.stringMatching(each.errno ?? 'interrupted'),
      hint: expect.stringMatching(/\w/),
      leftovers: [],
    });
  }
  expect((sent as VmToolsError).guest?.state).toMatch(/^still running (here|on the source)$/);
  expect((received as VmToolsError).guest?.state).toMatch(/^(never started here|given back to the source)$/);
}

/** It has been moved: it runs at the target, and what could not be removed from the source is named. */
function expectMoved(
  { sent, received }: Outcome,
  { here, there }: After,
  empty: HostState,
  each: Strike,
): void {
  expect(sent).toMatchObject({ domid: (received as TransferSummary).domid });
  expect([runs(here), runs(there)]).toEqual([false, true]);
  const { warnings } = sent as TransferSummary;
  if (warnings.length === 0) expect(here).toEqual(empty);
  else expect(warnings).toEqual([leftover(each)]);
}

const leftover = ({ errno }: Strike): unknown => ({
  code: 'XFR_W_LEFTOVER',
  message: expect.stringMatching(`of web1 could not be removed from the source: .*${errno}`),
  hint: expect.stringMatching(/vm-migrate resolve/),
});

test.each(['source', 'target'] as const)('a transfer, each call failing at the %s', async (side) => {
  await using here = await createSimulatedHost();
  await using there = await createSimulatedHost();
  const { faults } = side === 'source' ? here : there;
  const empty = { here: await here.snapshot(), there: await there.snapshot() };
  const first = await guestOf(here);
  const strikes = await strikesOf(faults, () => transfer(first, there));
  await clear(there, empty.there);

  let source: Source | undefined;
  let before = empty;
  for (const each of strikes) {
    if (source === undefined) {
      source = await guestOf(here);
      before = { here: await here.snapshot(), there: empty.there };
    }
    const moving = source;
    let outcome: Outcome | undefined;
    await strike(faults, each, async (signal) => {
      outcome = await transfer(moving, there, side === 'source' ? { send: signal } : { receive: signal });
    });
    const after = { here: await here.snapshot(), there: await there.snapshot() };
    try {
      if (outcome!.sent instanceof VmToolsError) {
        expectStayed(outcome!, after, before, each);
        continue;
      }
      expectMoved(outcome!, after, empty.here, each);
    } catch (cause) {
      const { call, nth, errno = 'hanging' } = each;
      throw new Error(`with call ${nth} of ${call} ${errno}: ${JSON.stringify(outcome)}`, { cause });
    }
    await source.destroy();
    source = undefined;
    expect(await here.snapshot()).toEqual(empty.here);
    await clear(there, empty.there);
  }
});
