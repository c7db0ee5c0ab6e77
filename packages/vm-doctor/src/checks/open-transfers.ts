import { listTransfers } from '@vm-tools/libxfr/recovery';
import type { HealthCheck } from '../health-check.ts';

/** Transfers that have not come to their end, and that only their own resolution may touch. */
export const openTransfers: HealthCheck = {
  name: 'open-transfers',
  async look({ journals }) {
    const { transfers, damaged } = await listTransfers(journals);
    const open = transfers.filter(({ isEnded }) => !isEnded);
    return [
      ...open.map(({ id, guest, means, peer, role }) => ({
        about: guest.name,
        message: `its transfer ${role === 'source' ? 'to' : 'from'} ${peer} has not come to its end: it ${means}`,
        remedy: `if it is not under way, vm-migrate resolve ${id} asks the other host and does what is right`,
      })),
      ...damaged.map(({ message, hint }) => ({
        about: 'a journal',
        message,
        remedy: hint ?? 'see on both hosts where the guest runs',
      })),
    ];
  },
};
