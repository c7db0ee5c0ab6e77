import { createLog, type Invocation, type Outcome } from '@vm-tools/cli';
import { figuresReader, memoryTargets, lastSaves } from '@vm-tools/libdomain';
import {
  CONTENT_TYPE,
  formatMetricsAddress,
  metricsAddress,
  parseMetrics,
  serveMetrics,
} from '@vm-tools/metrics';
import { once } from 'node:events';
import { describeHost, toldDomains } from './describe-host.ts';
import { MAX_DOMAINS, type MetricsInput } from './options.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { Metrics } from './result.ts';

export async function metrics(invocation: Invocation<MetricsInput>): Promise<Outcome<Metrics>> {
  const { input, messages, root, signal } = invocation;
  const { maxDomains = MAX_DOMAINS, output, listen } = input;
  const at = listen === undefined ? undefined : parseMetrics(listen);
  const host = await invocation.openHost();
  const reader = figuresReader(host);
  const text = oneAtATime(async () => {
    const figures = await reader.look();
    const told = toldDomains(figures.domains, maxDomains);
    const domids = told.map(({ domid }) => domid);
    const [targets, saves] = await Promise.all([memoryTargets(host, domids), lastSaves(host)]);
    return describeHost(figures, told, { targets, saves });
  });
  if (at !== undefined) {
    const address = metricsAddress(at, { root, program: invocation.program });
    await using _ = await serveMetrics({ text, contentType: CONTENT_TYPE }, address);
    createLog(messages).info(`listening on ${formatMetricsAddress(address)}`, { pid: process.pid });
    if (!signal.aborted) await once(signal, 'abort');
    return { value: { state: 'ended' } };
  }
  const found = await text();
  if (output === undefined) return { value: { text: found }, text: found.trimEnd(), isReport: true };
  const { writeAside } = await import('@vm-tools/write-file');
  await writeAside(output, found, { mode: 0o644 });
  return { value: { file: output }, isReport: true };
}
