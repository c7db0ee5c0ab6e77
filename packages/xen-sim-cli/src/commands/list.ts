import { listText, type Invocation, type ListShape, type Outcome } from '@vm-tools/cli';
import { formatBytes } from '@vm-tools/ratelimit';
import { listNames, statusOfHost } from '@vm-tools/xen-sim/control';
import type { ListInput } from '../options.ts';
import type { ListedHost } from '../result.ts';

const SHAPE: ListShape<ListedHost> = {
  columns: [
    { heading: 'Name', text: ({ name }) => name },
    { heading: 'State', text: ({ state }) => state },
    { heading: 'Memory', text: ({ totalMib }) => memory(totalMib), align: 'right' },
    { heading: 'Free', text: ({ freeMib }) => memory(freeMib), align: 'right' },
    { heading: 'CPUs', text: ({ cpus }) => String(cpus ?? '-'), align: 'right' },
    { heading: 'Domains', text: ({ domains }) => String(domains ?? '-'), align: 'right' },
    { heading: 'Faults', text: ({ faults }) => String(faults ?? '-'), align: 'right' },
  ],
  wide: [
    { heading: 'PID', text: ({ pid }) => String(pid ?? '-'), align: 'right' },
    { heading: 'Seed', text: ({ seed }) => String(seed ?? '-'), align: 'right' },
    { heading: 'Folder', text: ({ root }) => root ?? '-' },
  ],
  word: ({ name }) => name,
};

export async function list({
  input,
  signal,
}: Invocation<ListInput>): Promise<Outcome<readonly ListedHost[]>> {
  const rows = await Promise.all((await listNames()).map((name) => look(name, signal)));
  return { isReport: true, value: rows, text: await listText(rows, SHAPE, input.output) };
}

function memory(mib: number | undefined): string {
  return mib === undefined ? '-' : formatBytes(mib * 2 ** 20);
}

async function look(name: string, signal: AbortSignal): Promise<ListedHost> {
  try {
    const status = await statusOfHost(name, signal);
    return status === undefined ? { name, state: 'crashed' } : { ...status, state: 'running' };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return { name, state: 'silent' };
  }
}
