import type { LabHost } from '../host/lab-host.ts';

/** The kernel's figure for children that were waited for: the peak of the largest, at any depth. */
const script = `
import resource, subprocess, sys
subprocess.run(sys.argv[1], shell=True, stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
`;

/**
 * Runs a command and gives the most memory, in MB, that any of its processes ever had resident: its own and those that
 * it has started and waited for. It takes no samples, because on an emulated processor that would take most of the time
 * there is.
 */
export async function peakMemory(host: LabHost, line: string): Promise<number> {
  const kib = await host.run(['python3', '-c', script, line], { timeoutMs: 600_000 });
  return (Number(kib) * 1024) / 1e6;
}
