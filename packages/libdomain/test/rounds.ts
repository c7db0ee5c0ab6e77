// Run in dom0 by lab tests: creates the domain of a configuration file and destroys it, so many times.
import { nativeDom0 } from '@vm-tools/dom0';
import { openXen } from '@vm-tools/xc-native';
import { connectXenstore } from '@vm-tools/xenstore';
import { createDomain, destroyDomain, noTransfers, readConfigFile } from '../src/index.ts';

const [file = '', count = ''] = process.argv.slice(2);
const rounds = Number(count);
const config = await readConfigFile(file, {});
const xen = await openXen();
const store = await connectXenstore();
const host = { xen, store, dom0: nativeDom0(), root: '/', transfers: noTransfers };
for (let round = 0; round < rounds; round += 1) {
  await destroyDomain(host, await createDomain(host, config));
}
console.log(rounds);
await store.close();
await xen.close();
