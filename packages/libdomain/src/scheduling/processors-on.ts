import type { CpuPlace } from '@vm-tools/xc-native';
import type { OnSomeHost, WantedOfVcpu } from './scheduling.ts';

type Places = readonly Pick<CpuPlace, 'cpu' | 'node'>[];

/** One part of a text of xl.cfg: "all", "^1", "0-3", "node:0". */
interface Term {
  readonly isTaken: boolean;
  readonly of: 'node' | 'cpu';
  readonly first: number;
  readonly last: number;
}

const TERM = /^(?<not>\^?)(?<node>node:)?(?<first>\d+)(?:-(?<last>\d+))?$/;

function termsOf(spec: string): Term[] {
  return spec.split(',').map((part) => {
    const { not, node, first, last = first } = TERM.exec(part)?.groups ?? {};
    const of = node === undefined ? 'cpu' : 'node';
    if (first === undefined) return { isTaken: true, of, first: 0, last: Infinity };
    return { isTaken: not === '', of, first: Number(first), last: Number(last) };
  });
}

/** The processors that are meant on a host with these: none where all are excepted, or its nodes have none. */
export function processorsOn(wanted: OnSomeHost, places: Places): readonly number[] {
  if ('allBut' in wanted) return places.map(({ cpu }) => cpu).filter((cpu) => !wanted.allBut.includes(cpu));
  const taken = new Set<number>();
  for (const { isTaken, of, first, last } of termsOf(wanted.spec))
    for (const place of places) {
      if (place[of] < first || place[of] > last) continue;
      if (isTaken) taken.add(place.cpu);
      else taken.delete(place.cpu);
    }
  return [...taken].sort((a, b) => a - b);
}

/** What is named and not there: "node 3". */
export function missingOn(wanted: OnSomeHost, places: Places): string | undefined {
  if ('allBut' in wanted) return undefined;
  for (const { isTaken, of, first, last } of termsOf(wanted.spec)) {
    if (!isTaken || last === Infinity) continue;
    const there = new Set(places.map((place) => place[of]));
    for (let number = first; number <= last; number += 1)
      if (!there.has(number)) return `${of === 'cpu' ? 'processor' : 'node'} ${number}`;
  }
  return undefined;
}

/** Whether it depends on the host which processors are meant. */
export function dependsOnHost(wanted: WantedOfVcpu): wanted is OnSomeHost {
  return 'allBut' in wanted || 'spec' in wanted;
}

/** As xl.cfg has it: "all", "0,2", "all,^1", "node:0". */
export function processorsText(wanted: WantedOfVcpu): string {
  if (!dependsOnHost(wanted)) return wanted.length === 0 ? 'all' : wanted.join(',');
  return 'spec' in wanted ? wanted.spec : ['all', ...wanted.allBut.map((cpu) => `^${cpu}`)].join(',');
}
