/** What guests are told of their processors, and how they are told the same on several hosts. */
export { commonCpu, type CommonCpu, type NamedCpu } from './common-cpu.ts';
export {
  CPU_DOCUMENT,
  formatCpuDocument,
  parseCpuDocument,
  readCpuDocument,
  type CpuDocument,
} from './cpu-document.ts';
export type { FeatureChanges } from './cpuid-text.ts';
export type { CpuLevel } from './cpu-level.ts';
export { describeCpu } from './describe-cpu.ts';
