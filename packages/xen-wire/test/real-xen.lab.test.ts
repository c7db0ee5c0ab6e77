// The compliance suite of the interface `Xen` on a real one: it runs here, and each of its calls in dom0.
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import type { LabHost } from '@vm-tools/lab';
import { describeTidyLab, installProgram, labHost } from '@vm-tools/lab/testing';
import { xenCompliance, type ComplianceFile, type ComplianceHost } from '@vm-tools/xc-native/testing';
import { verifyLibxc } from '@vm-tools/xen-stream';
import { connectXenstore } from '@vm-tools/xenstore';
import { remoteXen } from '../src/index.ts';

const SOCKET = '/run/test-xen.sock';

describeTidyLab('the Xen of Xen', () => xenCompliance(openHost, verifyLibxc));

async function openHost(): Promise<ComplianceHost> {
  const host = await labHost();
  const program = await installProgram(host, join(import.meta.dirname, 'serve-xen.ts'));
  await host.run(['rm', '-f', SOCKET]);
  const server = host.spawn(['node', program.path, SOCKET]);
  await once(server.stdout, 'data');
  const tunnels: Promise<number>[] = [];
  const xen = await remoteXen(async () => tunnel(host, SOCKET, tunnels));
  const store = await connectXenstore({ stream: tunnel(host, '/run/xenstored/socket', tunnels) });
  return {
    xen,
    release: host.xen,
    store,
    kernel: '/guests/polite',
    emptyFile: () => fileOf(host),
    async dispose() {
      await Promise.all([xen.close(), store.close()]);
      await server.kill('SIGTERM');
      await Promise.all([server.exited, ...tunnels]);
      await program.remove();
    },
  };
}

/** In the memory of dom0. */
async function fileOf(host: LabHost): Promise<ComplianceFile> {
  const path = (await host.run(['mktemp', '/dev/shm/compliance-XXXXXX'])).trim();
  return {
    path,
    async read() {
      await using folder = await temporaryFolder();
      const copy = join(folder.path, 'copy');
      await host.get(path, copy);
      return await readFile(copy);
    },
    size: async () => Number(await host.run(['stat', '-c', '%s', path])),
    [Symbol.asyncDispose]: async () => {
      await host.run(['rm', '-f', path]);
    },
  };
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'compliance-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** A stream that is connected to a unix socket of dom0: socat there, through ssh. */
function tunnel(host: LabHost, socket: string, tunnels: Promise<number>[]): Duplex {
  const { stdin, stdout, exited } = host.spawn(['socat', '-', `UNIX-CONNECT:${socket}`]);
  tunnels.push(exited);
  return Duplex.from({ readable: stdout, writable: stdin });
}
