import type { DomainFigures, DomainRates, HostFigures } from '@vm-tools/libdomain';
import type { DomainLook, Look, NullableRates } from './result.ts';

/** A look as a program reads it. */
export function toPlain(figures: HostFigures, at: Date): Look {
  const { cpus, cpuKhz, memoryKib, freeKib, domains } = figures;
  return { at: at.toISOString(), cpus, cpuKhz, memoryKib, freeKib, domains: domains.map(plainDomain) };
}

function plainDomain({ rates, ...domain }: DomainFigures): DomainLook {
  const { cpuSeconds: cpuTimeSeconds } = domain;
  return { ...domain, cpuTimeSeconds, memoryPercent: rounded(domain.memoryPercent), ...plainRates(rates) };
}

function plainRates(rates: DomainRates | undefined): NullableRates {
  const of = (name: keyof DomainRates): number | null => (rates === undefined ? null : rounded(rates[name]));
  return {
    cpuPercent: of('cpuPercent'),
    networkReceivedBytesPerSecond: of('networkReceivedBytesPerSecond'),
    networkSentBytesPerSecond: of('networkSentBytesPerSecond'),
    diskReadsPerSecond: of('diskReadsPerSecond'),
    diskWritesPerSecond: of('diskWritesPerSecond'),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
