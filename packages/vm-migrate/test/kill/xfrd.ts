import type { LineProcess, TestHost } from '@vm-tools/xen-sim/testing';

/** Starts xfrd, and resolves when it listens: by then it has ended what could be ended without asking anybody. */
export async function startXfrd(host: TestHost, port: number, environment = ''): Promise<LineProcess> {
  const xfrd = host.spawn(`${environment} exec xfrd --insecure --listen tcp://127.0.0.1:${port}`);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let said = '';
  xfrd.stdout.resume();
  xfrd.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes('listening on')) resolve(undefined);
  });
  void xfrd.exited.then((status) => reject(new Error(`xfrd ended with ${status}: ${said}`)));
  await promise;
  return xfrd;
}
