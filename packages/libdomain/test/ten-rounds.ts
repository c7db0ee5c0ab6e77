// Run in dom0 by ten-rounds.lab.test.ts: creates the domain of a configuration file and destroys it, ten times.
import { nativeDom0 } from '@vm-tools/dom0';
import { openXen } from '@vm-tools/xc-native';
import { connectXenstore } from '@vm-tools/xenstore';
import { createDomain, destroyDomain, noTransfers, readConfigFile } from '../src/index.ts';

const ROUNDS = 10;

const [file = ''] = process.argv.slice(2);
const config = await readConfigFile(file, {});
const xen = await openXen();
const store = await connectXenstore();
const host = { xen, store, dom0: nativeDom0(), root: '/', transfers: noTransfers };
for (let round = 0; round < ROUNDS; round += 1) {
  await destroyDomain(host, await createDomain(host, config));
}
console.log(ROUNDS);
await store.close();
await xen.close();
