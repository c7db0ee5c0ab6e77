import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import {
  createSimulatedHost,
  strike,
  strikesOf,
  type HostState,
  type SimulatedHost,
  type SimulatedHostOptions,
} from '@vm-tools/xen-sim';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { withModelFolder } from './guest-with-devices.ts';
import { expectGoodError } from './expect-good-error.ts';

/** The state of a host after a failure must be the one before, or the one that the error says. */
export interface Failure<Subject> {
  readonly error: VmToolsError;
  readonly subject: Subject;
  readonly before: HostState;
  readonly after: HostState;
  /** The host with no domain at all. */
  readonly empty: HostState;
}

/** Something that is done to a host, again and again, with one of its calls failing or hanging each time. */
export interface Action<Subject> {
  /** @default Debian's Xen */
  readonly capabilities?: SimulatedHostOptions['capabilities'];
  readonly prepare: (host: SimulatedHost) => Promise<Subject>;
  readonly act: (host: SimulatedHost, subject: Subject, signal: AbortSignal) => Promise<unknown>;
  /** The condition after a failure. @default nothing has changed, and the error says where the guest is */
  readonly check?: (failure: Failure<Subject>) => void;
  /** The work that is left after a failure, done without faults. */
  readonly finish?: (host: SimulatedHost, subject: Subject) => Promise<unknown>;
}

/** @param where the guest is when nothing has changed */
export function expectUnchanged({ error, before, after }: Failure<unknown>, where: string): void {
  expect(error).toMatchObject({ leftovers: [], guest: { state: where } });
  expect(after).toEqual(before);
}

/** Each thing that is there and should not be is named, and nothing else is. */
export function expectNamed({ error, after, empty }: Failure<unknown>): void {
  const nodes = after.nodes
    .filter((line) => !empty.nodes.includes(line))
    .map((line) => line.split(' ')[0] ?? '');
  const domains = after.domains.filter(({ domid }) => domid !== 0).map(({ domid }) => `domain ${domid}`);
  const files = after.files.filter((path) => !empty.files.includes(path));
  const things = [...domains, ...nodes.filter((path) => !ABOVE.test(path)), ...files];
  const isNamed = (thing: string, left: string): boolean =>
    thing === left || thing.startsWith(`${left}/`) || left.endsWith(`/${thing}`);
  for (const thing of things)
    expect({ thing, named: error.leftovers.some((left) => isNamed(thing, left)) }).toEqual({
      thing,
      named: true,
    });
  for (const left of error.leftovers)
    expect({ left, isThere: things.some((thing) => isNamed(thing, left)) }).toEqual({ left, isThere: true });
}

/** Folders for what belongs to all domains. */
const ABOVE = /^\/(libxl|vm|local\/domain\/0\/backend(\/console(\/\d+)?)?)$/;

/** Does it once without faults, then once for each call that it has made, failing, and once with that call hanging. */
export async function tryEachCall<Subject>(action: Action<Subject>): Promise<void> {
  await using host = await withModelFolder(
    await createSimulatedHost({ capabilities: action.capabilities ?? {} }),
  );
  const empty = await host.snapshot();
  const clear = async (): Promise<void> => {
    for (const { domid, uuid } of (await host.snapshot()).domains)
      if (domid !== 0) await destroyDomain(host, { domid, uuid });
    expect(await host.snapshot()).toEqual(empty);
  };
  let prepared = await action.prepare(host);
  const never = new AbortController().signal;
  const strikes = await strikesOf(host.faults, () => action.act(host, prepared, never));
  await clear();

  let before: HostState | undefined;
  for (const each of strikes) {
    if (before === undefined) {
      prepared = await action.prepare(host);
      before = await host.snapshot();
    }
    const subject = prepared;
    const thrown = await strike(host.faults, each, (signal) => action.act(host, subject, signal));
    const after = await host.snapshot();
    try {
      if (thrown !== undefined) {
        expectGoodError(thrown, each);
        const check = action.check ?? ((failure) => expectUnchanged(failure, 'still running here'));
        check({ error: thrown, subject, before, after, empty });
        await action.finish?.(host, subject);
      }
    } catch (cause) {
      const { call, nth, errno = 'hanging' } = each;
      throw new Error(`with call ${nth} of ${call} ${errno}: ${(thrown as Error).stack}`, { cause });
    }
    if (thrown !== undefined && isDeepStrictEqual(await host.snapshot(), before)) continue;
    await clear().catch((cause: unknown) => {
      throw new Error(`behind call ${each.nth} of ${each.call} ${each.errno ?? 'hanging'}`, { cause });
    });
    before = undefined;
  }
}
