import type { OptionSpec } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';

/** The processors that a vCPU may run on, or all vCPUs of a domain. */
export interface ParsedPin {
  /** all of the domain when absent */
  readonly vcpu?: number;
  /** by ascending numbers */
  readonly cpus: readonly number[] | 'all';
}

/** No machine that Xen knows has more. */
const MOST_CPUS = 16_384;
const PIN = /^(?:(\d{1,4}):)?(all|\d{1,5}(?:-\d{1,5})?(?:,\d{1,5}(?:-\d{1,5})?)*)$/;

/** `--pin 0-3,7`, `--pin all`, `--pin 1:0-3` */
export const asPin: Pick<OptionSpec, 'parse'> = { parse: parsePin };

/** @throws VmToolsError USAGE */
export function parsePin(text: string): ParsedPin {
  const [, vcpu, list] = PIN.exec(text) ?? [];
  if (list === undefined) throw wrong('it is no list of processors');
  const cpus = list === 'all' ? list : [...new Set(list.split(',').flatMap(runOf))].sort((a, b) => a - b);
  return vcpu === undefined ? { cpus } : { vcpu: Number(vcpu), cpus };
}

/** "2-4" is 2, 3 and 4. */
function runOf(text: string): number[] {
  const [first = 0, last = first] = text.split('-').map(Number);
  if (last < first) throw wrong(`${text} goes backwards`);
  if (last >= MOST_CPUS) throw wrong(`there is no processor ${last}`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function wrong(message: string): VmToolsError {
  return new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message,
    hint: 'give numbers and runs, such as 0-3,7, or all; in front of them a vCPU and a colon: 1:0-3',
  });
}
