import { formatDuration, showProgress, type Invocation, type Outcome } from '@vm-tools/cli';
import { domainSource, resolveDomain } from '@vm-tools/libdomain';
import { parseEndpoint, sendToPeer, type TransferSummary } from '@vm-tools/libxfr';
import { createLimiter, formatBytes, formatRate, parseRate } from '@vm-tools/ratelimit';
import type { MigrateInput } from './options.ts';

export async function migrate(invocation: Invocation<MigrateInput>): Promise<Outcome> {
  const { input, messages, signal } = invocation;
  const limiter = createLimiter({ rate: parseRate(input.bwlimit ?? 'off') });
  const endpoint = parseEndpoint(input.endpoint);
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, input.domain);
  const { uuid, name } = domain;
  const source = domainSource(host, domain, {
    live: input.live,
    ...(input.suspendTimeout === undefined ? {} : { suspendTimeoutMs: input.suspendTimeout }),
    onLog: messages.trace,
  });
  const { live } = await source.describe();
  if (!live && input.live === 'auto') {
    messages.warn(
      `${name} cannot be moved live on this host: it stands still until it runs at ${input.endpoint}`,
    );
  }
  using progress = showProgress(messages);
  const summary = await sendToPeer(source, endpoint, { limiter, signal, onEvent: progress.onEvent });
  return {
    value: { uuid, name, endpoint: input.endpoint, live, ...summary },
    text: describe(name, input.endpoint, summary),
  };
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
