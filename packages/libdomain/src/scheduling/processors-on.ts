import type { AllBut } from './scheduling.ts';

/** The processors that are meant on a host which has so many: none where all are excepted. */
export function processorsOn({ allBut }: AllBut, onlineCpus: number): readonly number[] {
  return Array.from({ length: onlineCpus }, (_, cpu) => cpu).filter((cpu) => !allBut.includes(cpu));
}

/** Whether it depends on the host which processors are meant. */
export function isAllBut(wanted: readonly number[] | AllBut): wanted is AllBut {
  return 'allBut' in wanted;
}

/** As xl.cfg has it: "all", "0,2", "all,^1". */
export function processorsText(wanted: readonly number[] | AllBut): string {
  if (isAllBut(wanted)) return ['all', ...wanted.allBut.map((cpu) => `^${cpu}`)].join(',');
  return wanted.length === 0 ? 'all' : wanted.join(',');
}
