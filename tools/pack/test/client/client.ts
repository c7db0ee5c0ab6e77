// The code of a user of the packages, strictly checked: a guest is created, saved, restored, and moved between two
// hosts.
import {
  createDomain,
  domainConfigSchema,
  domainSource,
  domainTarget,
  listDomains,
  type Domain,
  type Host,
} from '@vm-tools/libdomain';
import { listen, parseEndpoint, restoreFromFile, saveToFile, sendToPeer } from '@vm-tools/libxfr';
import { createSimulatedHost } from '@vm-tools/xen-sim';

async function guests(host: Host): Promise<readonly string[]> {
  const domains: readonly Domain[] = await listDomains(host);
  return domains.flatMap(({ domid, name }) => (domid === 0 ? [] : [name]));
}

await using a = await createSimulatedHost({ memory: '1G' });
await using b = await createSimulatedHost({ memory: '1G' });
const config = domainConfigSchema.parse({
  name: 'web1',
  type: 'pvh',
  kernel: a.kernel,
  memoryKib: 16 * 1024,
  cmdline: 'sim.dirty=1M/s sim.set=4M',
});
const path = `${a.root}/web1.img`;
await saveToFile(domainSource(a, await createDomain(a, config)), path, { afterwards: 'destroy' });
await restoreFromFile(path, domainTarget(a));

await using listener = await listen({ port: 0, makeTarget: () => domainTarget(b) });
const [web1] = (await listDomains(a)).filter(({ name }) => name === 'web1');
if (web1 === undefined) throw new Error('web1 was not restored');
const summary = await sendToPeer(domainSource(a, web1), parseEndpoint(listener.address));
console.log(JSON.stringify({ a: await guests(a), b: await guests(b), live: summary.iterations > 0 }));
