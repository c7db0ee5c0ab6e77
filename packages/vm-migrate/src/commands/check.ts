import type { Invocation, Outcome } from '@vm-tools/cli';
import { domainSource, resolveDomain } from '@vm-tools/libdomain';
import { checkPeer, type PeerCheck } from '@vm-tools/libxfr';
import { parseRate, parseSchedule } from '@vm-tools/ratelimit';
import type { MigrateInput } from '../options.ts';
import { callingPeer, peerAddress } from '../peer.ts';
import { requireFree } from '../require-free.ts';
import { journalsOf } from '../transfers/journals.ts';

const WHERE = { source: 'here', target: 'there' } as const;

/** Looks at both hosts as a migration does before its first page, and changes nothing. */
export async function check(invocation: Invocation<MigrateInput>): Promise<Outcome> {
  const { input, signal } = invocation;
  parseSchedule(input.bwlimit ?? 'off');
  parseRate(input.stopAndCopyBwlimit ?? 'off');
  const address = peerAddress(input);
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, input.domain);
  // Only a domain that runs on while it is moved can converge, so what asks for that asks for a live one.
  const live = input.onNoConvergence === 'force' ? input.live : 'require';
  const source = domainSource(host, domain, { live, waitMs: input.wait });
  await requireFree(source, signal);
  const checks = await checkPeer(source, (stop, offer) => callingPeer(invocation, address, offer)(stop), {
    journals: journalsOf(invocation),
    signal,
  });
  const failed = checks.find(({ error }) => error !== undefined);
  return {
    isReport: true,
    value: checks.map(({ error, ...rest }) => ({
      ...rest,
      ok: error === undefined,
      ...(error && { error }),
    })),
    text: format(checks),
    ...(failed?.error && { failure: failed.error.kind }),
  };
}

function format(checks: readonly PeerCheck[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ side, name, error }) => {
      const what = `${WHERE[side].padEnd(WHERE.target.length)}  ${name.padEnd(width)}`;
      if (error === undefined) return `✔ ${what}`.trimEnd();
      const { message, code, hint } = error;
      const advice = hint === undefined ? '' : `; ${hint}`;
      return `✘ ${what}  ${message} [${code}]${advice}`;
    })
    .join('\n');
}
