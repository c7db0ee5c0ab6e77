import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DomainConfig } from '../config/schema.ts';
import type { Host } from '../host.ts';
import { FakeStore } from './fake-store.ts';
import { FakeXen } from './fake-xen.ts';
import { Faults } from './faults.ts';

/** What a guest does when it is asked to suspend or to shut down. */
export type Manners =
  | 'polite' // acknowledges, and does it
  | 'silent' // does it, and never acknowledges
  | 'slow' // acknowledges, and does nothing
  | 'rude'; // does nothing at all

/** A host in memory, with dom0, xenstored, xenconsoled, guests, and a folder for what is kept on disk. */
export interface FakeHost extends Host, AsyncDisposable {
  readonly xen: FakeXen;
  readonly store: FakeStore;
  readonly faults: Faults;
  manners: Manners;
  /** xenconsoled runs. */
  hasConsoled: boolean;
  /** All that there is: nodes, domains, files. Two of them are equal when nothing was left behind. */
  state(): Promise<{ nodes: string[]; domids: number[]; files: string[]; freePages: number }>;
}

export async function fakeHost({ totalMib = 1024 } = {}): Promise<FakeHost> {
  const root = mkdtempSync(join(tmpdir(), 'libdomain-'));
  await mkdir(join(root, 'var/lib/xen'), { recursive: true });
  await mkdir(join(root, 'run/vm-tools/restart'), { recursive: true });
  const faults = new Faults();
  const xen = new FakeXen(faults, totalMib);
  const store = new FakeStore(faults);
  for (const path of ['/local/domain/0/name', '/vm/00000000-0000-0000-0000-000000000000/name']) {
    store.others.write(path, 'Domain-0');
  }
  store.others.write('/libxl/0/type', 'pv');
  const host: FakeHost = {
    xen,
    store,
    root,
    faults,
    manners: 'polite',
    hasConsoled: true,
    state: async () => ({
      nodes: store.dump(),
      domids: [...xen.domains.keys()],
      files: (await readdir(root, { recursive: true })).sort(),
      freePages: xen.freePages,
    }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };

  // xenstored hears of it from Xen, forgets who is dying, and tells everybody.
  xen.onRelease = (domid) => {
    if (!store.introduced.has(domid)) return;
    if (xen.domains.get(domid)?.isDying === true) store.introduced.delete(domid);
    store.fire('@releaseDomain');
  };
  store.onChange = (path) => {
    serveConsoles(host);
    const { domid } = /^\/local\/domain\/(?<domid>\d+)\/control\/shutdown$/.exec(path)?.groups ?? {};
    if (domid !== undefined) queueMicrotask(() => answer(host, Number(domid), path));
  };
  return host;
}

function serveConsoles({ store, hasConsoled }: FakeHost): void {
  if (!hasConsoled) return;
  for (const domid of store.introduced.keys()) {
    const console = `/local/domain/${domid}/console`;
    const isReady = store.others.read(`${console}/ring-ref`) !== undefined;
    if (isReady && store.others.read(`${console}/tty`) === '')
      store.others.write(`${console}/tty`, `/dev/pts/${domid}`);
  }
}

function answer({ xen, store, manners }: FakeHost, domid: number, path: string): void {
  const word = store.others.read(path);
  const domain = xen.domains.get(domid);
  if (manners === 'rude' || domain === undefined || domain.pauses > 0 || domain.shutdownReason !== undefined)
    return;
  if (word !== 'poweroff' && word !== 'reboot' && word !== 'suspend') return;
  if (manners !== 'silent') store.others.write(path, '');
  if (manners !== 'slow') xen.guestShutsDown(domid, word);
}

/** A configuration, with a file that may be a kernel of either type. */
export async function sampleConfig(host: Host, more: Partial<DomainConfig> = {}): Promise<DomainConfig> {
  const kernel = join(host.root, 'kernel');
  await writeFile(kernel, gzipSync('\u007fELF'));
  const shutdown = { onPoweroff: 'destroy', onReboot: 'restart', onCrash: 'destroy' } as const;
  return {
    name: 'web1',
    type: 'pvh',
    kernel,
    cmdline: '',
    memoryKib: 65536,
    maxMemoryKib: 65536,
    vcpus: 2,
    ...shutdown,
    ...more,
  };
}
