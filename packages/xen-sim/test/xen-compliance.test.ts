// The simulated Xen answers as the real one does (packages/xen-wire/test/real-xen.lab.test.ts): in this process, and
// through the sockets by which tools use it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { localFile, xenCompliance, type ComplianceHost } from '@vm-tools/xc-native/testing';
import { verifyLibxc } from '@vm-tools/xen-stream';
import { connectSimulatedHost, createSimulatedHost, serveHost } from '../src/index.ts';

describe.each(['4.17', '4.20'])('the simulated Xen %s', (release) => {
  xenCompliance(() => openHere(release), verifyLibxc);
});
describe('the simulated Xen of another process', () => xenCompliance(openRemote, verifyLibxc));

async function openHere(release: string): Promise<ComplianceHost> {
  const minor = Number(release.slice('4.'.length));
  const host = await createSimulatedHost({ memory: '2G', xenVersion: { major: 4, minor, extra: '.1' } });
  return { ...pick(host), release, dispose: async () => host[Symbol.asyncDispose]() };
}

async function openRemote(): Promise<ComplianceHost> {
  const host = await createSimulatedHost({ memory: '2G' });
  const folder = await mkdtemp(join(tmpdir(), 'sim-'));
  const served = await serveHost(host, folder);
  const remote = await connectSimulatedHost('here', { folder });
  return {
    ...pick({ ...remote, kernel: host.kernel }),
    release: '4.17',
    async dispose() {
      await remote.close();
      await served.close();
      await host[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function pick({
  xen,
  store,
  kernel,
}: Pick<ComplianceHost, 'xen' | 'store' | 'kernel'>): Omit<ComplianceHost, 'dispose' | 'release'> {
  return { xen, store, kernel, emptyFile: localFile };
}
