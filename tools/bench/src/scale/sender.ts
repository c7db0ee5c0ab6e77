import { domainSource, listDomains, noTransfers } from '@vm-tools/libdomain';
import { DEFAULT_TIMEOUTS, sendToPeer, type Connect } from '@vm-tools/libxfr';
import { connectUnix } from '@vm-tools/libxfr/transport';
import { connectSimulatedHost } from '@vm-tools/xen-wire';

// Sends all domains of a host at once, as so many vm-migrate do, but in one process. It ends when its parent is gone.

/** Its message when all are there. */
export interface SenderNews {
  readonly seconds: number;
}

process.once('disconnect', () => process.exit());

const [name = '', socketPath = ''] = process.argv.slice(2);
const host = { ...(await connectSimulatedHost(name)), transfers: noTransfers };
const domains = (await listDomains(host)).filter(({ domid }) => domid !== 0);
const startedAt = performance.now();
const { connectMs } = DEFAULT_TIMEOUTS;
const call: Connect = (signal) => connectUnix({ path: socketPath }, { connectMs, signal });
await Promise.all(domains.map((domain) => sendToPeer(domainSource(host, domain), call)));
process.send?.({ seconds: (performance.now() - startedAt) / 1000 } satisfies SenderNews);
