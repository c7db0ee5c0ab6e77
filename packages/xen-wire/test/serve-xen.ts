// A program for dom0 of the lab: serves the Xen of that host on a unix socket, until SIGTERM.
import { openXen } from '@vm-tools/xc-native';
import { listenXen } from '../src/server/index.ts';

const [path = ''] = process.argv.slice(2);
const xen = await openXen();
const served = await listenXen(xen, path);
process.once('SIGTERM', () => void served.close().then(() => process.exit(0)));
console.log('ready');
