import type { Invocation, Outcome } from '@vm-tools/cli';
import { cancelServed } from '@vm-tools/libxfr/control';
import type { CancelInput } from '../options.ts';
import type { Cancelled } from '../result.ts';
import { findUnderWay } from '../transfers/find-under-way.ts';

/** Gives a transfer up, and ends when all is undone. */
export async function cancel(invocation: Invocation<CancelInput>): Promise<Outcome<Cancelled>> {
  const { id, role, guest, peer, socketPath } = await findUnderWay(invocation, invocation.input.transfer);
  await cancelServed(socketPath, id, {
    reason: 'vm-migrate cancel was asked to',
    signal: invocation.signal,
  });
  const place = role === 'source' ? 'here' : `at ${peer}`;
  return {
    value: { id, role, guest, peer, state: 'cancelled' },
    text: `${guest.name} stays ${place}`,
  };
}
