import { Duplex } from 'node:stream';
import { afterAll } from '@jest/globals';
import { describeTidyLab, labHost } from '@vm-tools/lab/testing';
import { connectXenstore } from './connect.ts';
import { xenstoreCompliance } from './testing/compliance.ts';
import type { Xenstore } from './xenstore.ts';

describeTidyLab('the xenstored of Xen', () => {
  const tunnels: Promise<number>[] = [];
  const connect = async (): Promise<Xenstore> => {
    const host = await labHost();
    // The socket is in dom0 of the host: socat there, through ssh, is a stream that is connected to it.
    const { stdin, stdout, exited } = host.spawn(['socat', '-', 'UNIX-CONNECT:/run/xenstored/socket']);
    tunnels.push(exited);
    return connectXenstore({ stream: Duplex.from({ readable: stdout, writable: stdin }) });
  };
  // Xen 4.20 holds guests alone to that quota.
  xenstoreCompliance(connect, async () => ((await labHost()).xen === '4.17' ? 2048 : undefined));
  afterAll(async () => {
    await Promise.all(tunnels);
  });
});
