import type { Xenstore } from '@vm-tools/xenstore';
import type { Listener } from './manners.ts';
import type { GuestSize } from './size.ts';

const KIB_PER_PAGE = 4;
/** The rings and other pages that a domain has beside its memory are no more than this. */
const MOST_OTHER_PAGES = 64;

/** A balloon driver: follows `memory/target` until the connection or the guest ends. */
export async function followTarget(store: Xenstore, guest: Listener, size: GuestSize): Promise<void> {
  const path = `/local/domain/${guest.domid}/memory/target`;
  let others: number | undefined;
  await followNode(store, guest, path, async () => {
    const target = Number(await store.read(path));
    if (!Number.isInteger(target) || target <= 0) return;
    const pages = Math.floor(target / KIB_PER_PAGE);
    const wanted = pages + (others ??= otherPages(size.pages() - pages));
    if (wanted === size.pages()) return;
    await guest.time.sleep(guest.model().onShutdown.ms, () => {
      const fault = size.resize(wanted);
      guest.say(fault ?? 'memory was resized');
    });
  });
}

/** Follows `cpu/N/availability` likewise; vCPU 0 is always used. */
export async function followVcpus(store: Xenstore, guest: Listener, size: GuestSize): Promise<void> {
  const path = `/local/domain/${guest.domid}/cpu`;
  let online: number | undefined;
  await followNode(store, guest, path, async () => {
    const vcpus = (await store.directory(path)) ?? [];
    const words = await Promise.all(vcpus.map((vcpu) => store.read(`${path}/${vcpu}/availability`)));
    const wanted = Math.max(1, words.filter((word) => word === 'online').length);
    const isStart = online === undefined;
    if (wanted === online) return;
    online = wanted;
    if (isStart && wanted < vcpus.length) size.setVcpus(wanted); // a kernel brings all up first, and these down again
    if (isStart) return;
    await guest.time.sleep(guest.model().onShutdown.ms, () => {
      size.setVcpus(wanted);
      guest.say(`uses ${wanted} vCPUs`);
    });
  });
}

/** A guest that listens to no other wish of the toolstack does not listen to these. */
async function followNode(
  store: Xenstore,
  guest: Listener,
  path: string,
  follow: () => Promise<void>,
): Promise<void> {
  await using watch = store.watch(path);
  while (!(await watch.next()).done) {
    if (!(await guest.time.running())) return;
    // A toolstack that does not let its guest read a node wants nothing of it.
    if (guest.model().onShutdown.manner !== 'rude') await follow().catch(() => undefined);
  }
}

/** What it has beside its target when it begins to look, unless it has yet to follow an earlier target. */
function otherPages(difference: number): number {
  return Math.abs(difference) <= MOST_OTHER_PAGES ? difference : 0;
}
