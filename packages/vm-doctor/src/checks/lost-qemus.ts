import type { HealthCheck } from '../health-check.ts';

/** Device models that have outlived their domains: each may still hold, and write to, what another guest's disk is. */
export const lostQemus: HealthCheck = {
  name: 'lost-qemus',
  async look({ host }) {
    const { dom0, xen } = host;
    // Xen is asked last: a qemu is started when its domain is there.
    const qemus = await dom0.listQemus();
    const there = new Set((await xen.domainGetinfolist()).map(({ domid }) => domid));
    return qemus
      .filter(({ domid }) => !there.has(domid))
      .map((qemu) => ({
        about: `qemu ${qemu.pid}`,
        message: `it serves domain ${qemu.domid}, which is gone, and may still have its disks open`,
        remedy: 'end it',
        fix: () => dom0.endQemu(qemu, 'orderly'),
      }));
  },
};
