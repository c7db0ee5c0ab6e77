import type { TestHost } from './test-host.ts';

/** Makes an identity for each and lets both know the other, at 127.0.0.1. */
export async function trustEachOther(a: TestHost, b: TestHost): Promise<void> {
  const init = (host: TestHost): Promise<string> => host.run(`xfrd init --name ${host.name}`);
  const [ofA, ofB] = await Promise.all([init(a), init(b)]);
  await a.run(`xfrd trust ${b.name} 127.0.0.1 --fingerprint ${ofB.trim()}`);
  await b.run(`xfrd trust ${a.name} 127.0.0.1 --fingerprint ${ofA.trim()}`);
}
