import type { LabHost } from '../lab-host.ts';

/**
 * Runs a command and gives the most memory it and each of its child processes ever had resident, in MB, by command.
 * The kernel keeps the peak (VmHWM); it is read until the command has ended.
 */
export async function peakMemory(host: LabHost, line: string): Promise<Record<string, number>> {
  const script = `
    ${line} >/dev/null & pid=$!
    while kill -0 $pid 2>/dev/null; do
      for p in $pid $(cat /proc/$pid/task/*/children 2>/dev/null); do
        peak=$(sed -n 's/^VmHWM:[[:space:]]*\\([0-9]*\\) kB/\\1/p' /proc/$p/status 2>/dev/null)
        name=$(cat /proc/$p/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -m1 '\\.js$')
        [ -n "$peak" ] && [ -n "$name" ] && echo "$(basename "$name") $peak"
      done
      sleep 0.2
    done
    wait $pid`;
  const samples = (await host.run(script, { timeoutMs: 600_000 })).trim().split('\n');
  const peaks: Record<string, number> = {};
  for (const sample of samples) {
    const [name = '', kib] = sample.split(' ');
    peaks[name] = Math.max(peaks[name] ?? 0, (Number(kib) * 1024) / 1e6);
  }
  return peaks;
}
