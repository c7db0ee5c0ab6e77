import type { DomainFigures, DomainRates, HostFigures } from '@vm-tools/libdomain';

/** A look as a program reads it: always the same fields, null for what is not known yet. */
export function toPlain(figures: HostFigures, at: Date): object {
  const { cpus, cpuKhz, memoryKib, freeKib, domains } = figures;
  return { at: at.toISOString(), cpus, cpuKhz, memoryKib, freeKib, domains: domains.map(plainDomain) };
}

function plainDomain({ rates, ...domain }: DomainFigures): object {
  return { ...domain, memoryPercent: rounded(domain.memoryPercent), ...plainRates(rates) };
}

function plainRates(rates: DomainRates | undefined): Record<keyof DomainRates, number | null> {
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
