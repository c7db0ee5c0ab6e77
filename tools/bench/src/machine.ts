import { availableParallelism, cpus, totalmem } from 'node:os';

/** The machine on which the figures depend. */
export function describeMachine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() ?? 'unknown';
  return `${availableParallelism()} cores (${model}), ${gib} GiB of RAM, Node ${process.versions.node}, Linux`;
}
