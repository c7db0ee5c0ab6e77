import { createGuest } from '@vm-tools/libdomain/testing';
import { trustFolder, trustPeer } from '@vm-tools/trust';
import { createTestHost, trustEachOther, type TestHost as Identified } from '@vm-tools/trust/testing';
import {
  configureXfrd,
  result,
  startTestHost,
  startXfrd,
  type RunningXfrd,
  type TestHost,
} from '@vm-tools/xen-sim/testing';
import type { Prey, Shown } from './prey.ts';
import { memoryOf, receiverOf, type Memory } from './memory.ts';

/** Shorter than on a host, so that a run is over soon; the limits on connections are those that hold by default. */
const CONFIG = `
[timeouts]
first-byte = 2
handshake = 8
inactivity = 10
answer = 10
`;

/** Two hosts that trust each other, an xfrd on one of them, and attackers. */
export interface Scene extends AsyncDisposable {
  /** that is attacked */
  readonly b: TestHost;
  readonly prey: Prey;
  readonly xfrd: RunningXfrd;
  /** The process that peers talk to. */
  receiver(): number;
  memory(): Promise<Memory>;
  /** Moves a good guest from another peer, and removes it again; resolves with its downtime, ms. */
  moveGood(): Promise<number>;
}

export async function openScene(): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const a = opened.use(await startTestHost({ name: 'a' }));
  const b = opened.use(await startTestHost({ name: 'b' }));
  await trustEachOther(a.simulated, b.simulated);
  const [peer, limited, stranger] = await Promise.all(
    ['peer', 'limited', 'stranger'].map((name) => createTestHost(name)),
  );
  const folder = trustFolder(b.simulated.root);
  for (const host of [peer, limited, stranger]) opened.use(host as Identified);
  await trustPeer(folder, 'peer', { fingerprint: fingerprintOf(peer) });
  await trustPeer(folder, 'limited', { fingerprint: fingerprintOf(limited), maySend: false });
  await configureXfrd(b, CONFIG);
  const xfrd = opened.use(await startXfrd(b, '', 'tls'));
  const resident = 'resident';
  await createGuest(b, resident);
  const others: string[] = [];
  let count = 0;
  const held = opened.move();
  return {
    b,
    prey: {
      port: Number(new URL(xfrd.endpoint).port),
      root: b.simulated.root,
      kernel: b.simulated.kernel,
      peer: shownBy(peer),
      limited: shownBy(limited),
      stranger: shownBy(stranger),
      others,
      resident,
    },
    xfrd,
    receiver: () => receiverOf(xfrd.log()),
    memory: () => memoryOf(xfrd.log()),
    async moveGood() {
      const name = `good-${(count += 1)}`;
      await createGuest(a, name, 'memory=8');
      const { downtimeMs } = await result(a, `vm-migrate ${name} ${xfrd.endpoint} --timeout 120`);
      others.push(...(xfrd.log().match(/(?<="transfer":")[0-9a-f]{32}/g) ?? []).slice(-1));
      await result(b, `vm-destroy ${name}`);
      return downtimeMs;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function fingerprintOf(host: Identified | undefined): string {
  return host?.identity.fingerprint ?? '';
}

function shownBy(host: Identified | undefined): Shown {
  const { key, cert } = host?.trust.credentials ?? {};
  return { ...(key === undefined ? {} : { key }), ...(cert === undefined ? {} : { cert }) };
}
