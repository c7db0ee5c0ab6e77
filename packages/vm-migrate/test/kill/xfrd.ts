import { untilListening } from '@vm-tools/cli/testing';
import type { LineProcess, TestHost } from '@vm-tools/xen-sim/testing';

/** Starts xfrd, and resolves when it listens: by then it has ended what could be ended without asking a peer. */
export async function startXfrd(host: TestHost, port: number, environment = ''): Promise<LineProcess> {
  const xfrd = host.spawn(`${environment} exec xfrd --insecure --listen tcp://127.0.0.1:${port}`);
  xfrd.stdout.resume();
  await untilListening(xfrd);
  return xfrd;
}
