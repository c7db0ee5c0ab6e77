import { noTransfers, type Host } from '@vm-tools/libdomain';
import { connectSimulatedHost, simFolder, simPaths, type ConnectedHost } from '@vm-tools/xen-wire';
import { runTool } from './run-tool.ts';

/** A simulated host in a process of its own. */
export interface BenchHost extends AsyncDisposable {
  readonly name: string;
  /** for --host */
  readonly spec: string;
  readonly pid: number;
  readonly root: string;
  readonly kernel: string;
  /** Uses it from this process. */
  connect(): Promise<ConnectedHost & Pick<Host, 'transfers'> & AsyncDisposable>;
}

export async function startBenchHost(name: string, memory: string): Promise<BenchHost> {
  const { stdout } = await runTool(`xen-sim start ${name} --memory ${memory} --json`);
  const { pid } = JSON.parse(stdout) as { pid: number };
  const { root, kernel } = simPaths(simFolder(name));
  return {
    name,
    spec: `sim:${name}`,
    pid,
    root,
    kernel,
    async connect() {
      const host = await connectSimulatedHost(name);
      return { ...host, transfers: noTransfers, [Symbol.asyncDispose]: () => host.close() };
    },
    async [Symbol.asyncDispose]() {
      await runTool(`xen-sim stop ${name}`);
    },
  };
}
