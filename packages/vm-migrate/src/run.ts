import { formatDuration, showProgress, type Invocation, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { domainSource, resolveDomain } from '@vm-tools/libdomain';
import { formatPeerAddress, parsePeerAddress, sendToPeer, type TransferSummary } from '@vm-tools/libxfr';
import { createLimiter, formatBytes, formatRate, parseRate } from '@vm-tools/ratelimit';
import { journalsOf } from './journals.ts';
import { openOverhead } from './overhead.ts';
import type { MigrateInput } from './options.ts';
import { callingPeer, recallingPeer } from './peer.ts';

export async function migrate(invocation: Invocation<MigrateInput>): Promise<Outcome> {
  const { input, messages, signal } = invocation;
  const limiter = createLimiter({ rate: parseRate(input.bwlimit ?? 'off') });
  const address = parsePeerAddress(input.endpoint);
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, input.domain);
  const { uuid, name } = domain;
  const overhead = await openOverhead(invocation, input.endpoint);
  const source = domainSource(host, domain, {
    live: input.live,
    budget: {
      maxDowntimeMs: input.maxDowntime,
      deadlineMs: input.deadline,
      maxRounds: input.maxRounds,
      onNoConvergence: input.onNoConvergence,
      overheadMs: overhead.expectedMs,
      onVerdict: ({ round, dirtyPages, verdict }) =>
        messages.detail(
          `round ${round}: ${dirtyPages} pages dirty, ${formatDuration(verdict.expectedDowntimeMs)} of downtime expected: ${verdict.decision}`,
        ),
    },
    ...(input.suspendTimeout === undefined ? {} : { suspendTimeoutMs: input.suspendTimeout }),
    onLog: messages.trace,
  });
  const offer = await source.describe();
  const { live } = offer;
  if (!live && input.onNoConvergence !== 'force') throw noBudget(name);
  if (!live && input.live === 'auto') {
    messages.warn(
      `${name} cannot be moved live on this host: it stands still until it runs at ${input.endpoint}`,
    );
  }
  using progress = showProgress(messages);
  const journals = journalsOf(invocation);
  const summary = await sendToPeer(source, callingPeer(invocation, address, offer), {
    address: formatPeerAddress(address),
    reconnect: recallingPeer(invocation),
    limiter,
    journals,
    signal: input.onNoConvergence === 'abort' ? withDeadline(signal, input.deadline) : signal,
    onEvent: (event) => {
      progress.onEvent(event);
      overhead.onEvent(event);
    },
  });
  await overhead.save();
  const { downtimeMs = 0 } = summary;
  if (live && downtimeMs > input.maxDowntime) {
    messages.warn(
      `${name} stood still for ${formatDuration(downtimeMs)}, longer than the ${formatDuration(input.maxDowntime)} of --max-downtime`,
    );
  }
  return {
    value: { uuid, name, endpoint: input.endpoint, live, ...summary },
    text: describe(name, input.endpoint, summary),
  };
}

/** Until the domain is handed over, a transfer that is late is one that is given up. */
function withDeadline(signal: AbortSignal, deadlineMs: number | undefined): AbortSignal {
  if (deadlineMs === undefined) return signal;
  const deadline = new AbortController();
  const late = new VmToolsError({
    code: 'XFR_DEADLINE',
    kind: 'not-converged',
    message: `not done within the ${deadlineMs / 1000} s of --deadline`,
    hint: 'allow more time or more bandwidth',
  });
  setTimeout(() => deadline.abort(late), deadlineMs).unref();
  return AbortSignal.any([signal, deadline.signal]);
}

function noBudget(name: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NOT_LIVE',
    kind: 'usage',
    message: `${name} cannot be moved live on this host, so there is nothing that could converge`,
    hint: 'with --on-no-convergence force it stands still until it has moved',
  });
}

/** e.g. "web1 runs at b as domid 7: 264 MiB in 32 s (8.2 MiB/s), 3 rounds, downtime 210 ms" */
function describe(name: string, endpoint: string, summary: TransferSummary): string {
  const { domid, transferred, zeroBytes, totalTimeMs, throughput, downtimeMs, iterations } = summary;
  const figures = [
    `${formatBytes(transferred)} in ${formatDuration(totalTimeMs)} (${formatRate(throughput)})`,
    ...(zeroBytes === 0 ? [] : [`${formatBytes(zeroBytes)} of zeros not sent`]),
    `${iterations} rounds`,
    ...(downtimeMs === undefined ? [] : [`downtime ${formatDuration(downtimeMs)}`]),
  ];
  return `${name} runs at ${endpoint} as domid ${domid}: ${figures.join(', ')}`;
}
