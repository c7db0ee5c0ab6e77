import type { DomainRates, DomainSample } from './figures.ts';

/**
 * What a domain has done between two looks.
 *
 * @param elapsedMs between them
 * @returns undefined when no time has passed, or the earlier look was at another domain
 */
export function ratesBetween(
  before: DomainSample | undefined,
  after: DomainSample,
  elapsedMs: number,
): DomainRates | undefined {
  if (before === undefined || before.uuid !== after.uuid || elapsedMs <= 0) return undefined;
  const seconds = elapsedMs / 1000;
  // The sum of the devices of a domain shrinks when one of them is unplugged.
  const perSecond = (of: (sample: DomainSample) => number): number =>
    Math.max(0, of(after) - of(before)) / seconds;
  return {
    cpuPercent: 100 * perSecond(({ cpuSeconds }) => cpuSeconds),
    networkReceivedBytesPerSecond: perSecond(({ networkReceivedBytes }) => networkReceivedBytes),
    networkSentBytesPerSecond: perSecond(({ networkSentBytes }) => networkSentBytes),
    diskReadsPerSecond: perSecond(({ diskReads }) => diskReads),
    diskWritesPerSecond: perSecond(({ diskWrites }) => diskWrites),
  };
}
