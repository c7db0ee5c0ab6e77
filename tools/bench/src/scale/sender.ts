import { domainSource, listDomains } from '@vm-tools/libdomain';
import { parseEndpoint, sendToPeer } from '@vm-tools/libxfr';
import { connectSimulatedHost } from '@vm-tools/xen-wire';

// Sends all domains of a host at once, as so many vm-migrate do, but in one process. It ends when nobody waits for it.

/** What it says when all are there. */
export interface SenderNews {
  readonly seconds: number;
}

process.once('disconnect', () => process.exit());

const [name = '', endpoint = ''] = process.argv.slice(2);
const host = await connectSimulatedHost(name);
const domains = (await listDomains(host)).filter(({ domid }) => domid !== 0);
const startedAt = performance.now();
await Promise.all(domains.map((domain) => sendToPeer(domainSource(host, domain), parseEndpoint(endpoint))));
process.send?.({ seconds: (performance.now() - startedAt) / 1000 } satisfies SenderNews);
