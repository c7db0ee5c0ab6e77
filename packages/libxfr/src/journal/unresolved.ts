import { VmToolsError } from '@vm-tools/errors';
import type { KnownTransfer } from './known-transfer.ts';

/** A transfer of the guest stands in the way, and only its own end makes room. */
export function unresolved({ id, guest, state, means, peer }: KnownTransfer): VmToolsError {
  return new VmToolsError({
    code: 'XFR_UNRESOLVED',
    kind: 'uncertain',
    message: `an earlier transfer of ${guest.name} has not come to its end: it is "${state}"`,
    hint: `vm-migrate resolve ${id}`,
    guest: { name: guest.name, uuid: guest.uuid, state: means },
    details: { id, state, peer },
  });
}
