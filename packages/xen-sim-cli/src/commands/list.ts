import { table, type Invocation, type Outcome } from '@vm-tools/cli';
import { formatBytes } from '@vm-tools/ratelimit';
import { listNames, statusOfHost, type HostStatus } from '@vm-tools/xen-sim/control';

type Row = Partial<HostStatus> & { readonly name: string; readonly state: 'running' | 'crashed' | 'silent' };

export async function list({ signal }: Invocation<object>): Promise<Outcome> {
  const rows = await Promise.all((await listNames()).map((name) => look(name, signal)));
  const memory = (mib: number | undefined): string => (mib === undefined ? '-' : formatBytes(mib * 2 ** 20));
  return {
    isReport: true,
    value: rows,
    text: await table(rows, [
      { heading: 'Name', text: ({ name }) => name },
      { heading: 'State', text: ({ state }) => state },
      { heading: 'Memory', text: ({ totalMib }) => memory(totalMib), align: 'right' },
      { heading: 'Free', text: ({ freeMib }) => memory(freeMib), align: 'right' },
      { heading: 'CPUs', text: ({ cpus }) => String(cpus ?? '-'), align: 'right' },
      { heading: 'Domains', text: ({ domains }) => String(domains ?? '-'), align: 'right' },
      { heading: 'Faults', text: ({ faults }) => String(faults ?? '-'), align: 'right' },
    ]),
  };
}

async function look(name: string, signal: AbortSignal): Promise<Row> {
  try {
    const status = await statusOfHost(name, signal);
    return status === undefined ? { name, state: 'crashed' } : { ...status, state: 'running' };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return { name, state: 'silent' };
  }
}
