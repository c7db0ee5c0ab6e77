import type { BackendDriver, BackendNodes } from '../backends/backend-driver.ts';

/** What qemu 7.2 writes of each kind that it serves besides disks when it takes a device, before the guest does anything. */
const TAKEN: Readonly<Record<string, BackendNodes>> = {
  '9pfs': {
    versions: '1',
    'max-rings': '8',
    'max-ring-page-order': '9',
    'hotplug-status': 'connected',
  },
  vfb: { 'feature-resize': '1', 'hotplug-status': 'connected' },
  vkbd: { 'feature-abs-pointer': '1', 'feature-raw-pointer': '1', 'hotplug-status': 'connected' },
  console: { 'hotplug-status': 'connected' },
};

/** Backends of qemu that need nothing of the host: shared folders, screens, keyboards, and consoles beside the primary one. */
export function xenBackends(): readonly BackendDriver[] {
  return Object.entries(TAKEN).map(([kind, nodes]) => ({
    kind,
    fault: `backend.${kind}`,
    async probe({ path, store }) {
      if (kind !== 'console') return nodes;
      const frontend = await store.read(`${path}/frontend`);
      const type = frontend && (await store.read(`${frontend}/type`));
      return type === 'ioemu' ? nodes : undefined; // the others are xenconsoled's
    },
    connect: () => Promise.resolve({}),
  }));
}
