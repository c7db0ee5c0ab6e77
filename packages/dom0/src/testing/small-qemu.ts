// A process that looks like a qemu: `PROGRAM small-qemu.ts SOCKET -xen-domid 7`.
import { smallQmp } from './small-qmp.ts';

const [, , socket = ''] = process.argv;
console.log('a small qemu');
smallQmp().listen(socket);
