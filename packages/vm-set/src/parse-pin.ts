import { parseProcessors, type OptionSpec } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';

/** The processors that a vCPU may run on, or all vCPUs of a domain. */
export interface ParsedPin {
  /** all of the domain when absent */
  readonly vcpu?: number;
  /** by ascending numbers */
  readonly cpus: readonly number[] | 'all';
}

const PIN = /^(?:(\d{1,4}):)?([^:]+)$/;

/** `--pin 0-3,7`, `--pin all`, `--pin 1:0-3` */
export const asPin: Pick<OptionSpec, 'parse'> = { parse: parsePin };

/** @throws VmToolsError USAGE */
export function parsePin(text: string): ParsedPin {
  const [, vcpu, list = ''] = PIN.exec(text) ?? [];
  try {
    const cpus = list === 'all' ? list : parseProcessors(list);
    return vcpu === undefined ? { cpus } : { vcpu: Number(vcpu), cpus };
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError)) throw thrown;
    throw thrown.with({
      hint: 'give numbers and runs, such as 0-3,7, or all; in front of them a vCPU and a colon: 1:0-3',
    });
  }
}
