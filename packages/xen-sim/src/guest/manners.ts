import type { ShutdownReason } from '@vm-tools/xc-native';
import type { Watch, Xenstore } from '@vm-tools/xenstore';
import type { Manner } from './model/manner.ts';
import type { GuestModel } from './model/model.ts';
import type { VcpuTime } from './vcpu-time.ts';

/** A guest as far as it listens to the toolstack. */
export interface Listener {
  readonly domid: number;
  readonly time: VcpuTime;
  model(): GuestModel;
  say(text: string): void;
  shutDown(reason: ShutdownReason): void;
}

/** Wishes as Xen's toolstacks write them. */
const REASONS: ReadonlyMap<string | undefined, ShutdownReason> = new Map([
  ['suspend', 'suspend'],
  ['poweroff', 'poweroff'],
  ['halt', 'poweroff'],
  ['reboot', 'reboot'],
  ['crash', 'crash'],
]);

const controlPath = (domid: number): string => `/local/domain/${domid}/control`;

/** Tells the toolstack what this guest can be asked for. */
export async function announceFeatures(store: Xenstore, guest: Listener): Promise<void> {
  const isWilling = ({ manner }: Manner): boolean => manner !== 'rude';
  const { onSuspend, onShutdown } = guest.model();
  const features = [
    ...(isWilling(onSuspend) ? ['suspend'] : []),
    ...(isWilling(onShutdown) ? ['poweroff', 'reboot'] : []),
  ];
  // A toolstack that has not made these nodes for its guest does not want to know.
  await Promise.allSettled(
    features.map((name) => store.write(`${controlPath(guest.domid)}/feature-${name}`, '1')),
  );
}

/** Listens to the toolstack until the connection or the guest ends. */
export async function obey(store: Xenstore, guest: Listener): Promise<void> {
  const path = `${controlPath(guest.domid)}/shutdown`;
  await using watch = store.watch(path);
  while (!(await watch.next()).done) {
    if (!(await guest.time.running())) return; // vCPUs that stand still read nothing
    const wish = await store.read(path);
    const reason = REASONS.get(wish);
    if (wish === undefined || reason === undefined) continue;
    const { onSuspend, onShutdown } = guest.model();
    const { manner, ms } = reason === 'suspend' ? onSuspend : onShutdown;
    if (manner === 'rude') continue;
    guest.say(`${wish} was asked for`);
    if (manner === 'late') await isWithdrawn(store, watch, path, wish);
    if ((manner === 'polite' || manner === 'slow') && !(await acknowledge(store, path, wish))) continue;
    if (!(await guest.time.sleep(ms, () => guest.shutDown(reason)))) return;
  }
}

/** Takes keys that an operator presses for its kernel, as Linux does: by emptying the node. */
export async function obeySysrq(store: Xenstore, guest: Listener): Promise<void> {
  const path = `${controlPath(guest.domid)}/sysrq`;
  await using watch = store.watch(path);
  while (!(await watch.next()).done) {
    if (!(await guest.time.running())) return;
    const key = await store.read(path);
    if (key === undefined || key === '' || guest.model().onShutdown.manner === 'rude') continue;
    if (await acknowledge(store, path, key)) guest.say(`sysrq ${key}`);
  }
}

async function isWithdrawn(store: Xenstore, watch: Watch, path: string, wish: string): Promise<void> {
  while ((await store.read(path)) === wish) await watch.next();
}

/** In a transaction, because the toolstack may be taking its wish back. @returns whether it was still there */
function acknowledge(store: Xenstore, path: string, wish: string): Promise<boolean> {
  return store.transaction(async (tx) => {
    if ((await tx.read(path)) !== wish) return false;
    await tx.write(path, '');
    return true;
  });
}
