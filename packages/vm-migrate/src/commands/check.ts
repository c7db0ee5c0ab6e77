import {
  forEachDomain,
  type DomainOutcome,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import { domainSource, resolveDomain } from '@vm-tools/libdomain';
import { checkPeer, type PeerCheck } from '@vm-tools/libxfr';
import { parseRate, parseSchedule } from '@vm-tools/ratelimit';
import type { PeerAddress } from '@vm-tools/libxfr/transport';
import { movesOf } from '../moves.ts';
import type { MigrateInput } from '../options.ts';
import type { Checked, CheckedDomain } from '../result.ts';
import { callingPeer, journalsOf, peerAddress } from '@vm-tools/libhost';
import { checkXlAt } from '../peer-xl.ts';
import { requireFree } from '../require-free.ts';
import { sideWord } from '../side.ts';

/** Looks at both hosts as a migration does before its first page, and changes nothing. */
export async function check(
  invocation: Invocation<MigrateInput>,
): Promise<Outcome<OneOrList<readonly Checked[] | CheckedDomain>>> {
  const { input } = invocation;
  parseSchedule(input.bwlimit ?? 'off');
  parseRate(input.stopAndCopyBwlimit ?? 'off');
  const { domains, endpoint } = movesOf(input);
  const address = peerAddress({ ...input, endpoint });
  await invocation.openHost();
  const isOne = domains.length === 1;
  return forEachDomain(invocation, domains, (word) => checkOne(invocation, word, address, isOne), {
    atOnce: 1,
    isReport: true,
  });
}

/** @param isOne whether it is the only one: its result is the list of checks alone */
async function checkOne(
  invocation: Invocation<MigrateInput>,
  word: string,
  address: PeerAddress,
  isOne: boolean,
): Promise<DomainOutcome<readonly Checked[] | CheckedDomain>> {
  const { input, signal } = invocation;
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, word);
  const { domid, uuid, name } = domain;
  // Only a domain that runs on while it is moved can converge, so what asks for that asks for a live one.
  const live = input.onNoConvergence === 'force' ? input.live : 'require';
  const source = domainSource(host, domain, { live, waitMs: input.wait });
  await requireFree(source, signal);
  const checks =
    input.peer === 'xl'
      ? await checkXlAt(source, address, signal)
      : await checkPeer(source, (stop, offer) => callingPeer(invocation, address, offer)(stop), {
          journals: journalsOf(invocation),
          signal,
        });
  const failed = checks.find(({ error }) => error !== undefined);
  const plain = checks.map(({ error, ...rest }) => ({
    ...rest,
    ok: error === undefined,
    ...(error && { error }),
  }));
  return {
    value: isOne ? plain : { domid, uuid, name, checks: plain },
    text: isOne ? format(checks) : `${name}:\n${format(checks)}`,
    ...(failed?.error && { failure: failed.error.kind }),
  };
}

function format(checks: readonly PeerCheck[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ side, name, note = '', error }) => {
      const what = `${sideWord(side)}  ${name.padEnd(width)}`;
      if (error === undefined) return `✔ ${what}  ${note}`.trimEnd();
      const { message, code, hint } = error;
      const advice = hint === undefined ? '' : `; ${hint}`;
      return `✘ ${what}  ${message} [${code}]${advice}`;
    })
    .join('\n');
}
