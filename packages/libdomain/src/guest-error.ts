import { messageOf, VmToolsError, type GuestWhereabouts } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from './domain.ts';
import type { Host } from './host.ts';

type Known = Pick<Domain, 'domid'> & Partial<Pick<Domain, 'name' | 'uuid'>>;

export interface GuestErrorInit {
  /** e.g. "pausing web1": what failed, for a cause that has no words of its own */
  readonly doing: string;
  /** Unless the cause has one. */
  readonly hint: string;
  readonly leftovers?: readonly string[];
}

/**
 * Turns the failure of an action on a guest into an error that says where the guest is now, and what to do. It never
 * overwrites what an error closer to the cause has said.
 */
export async function guestError(
  host: Pick<Host, 'xen'>,
  domain: Known,
  thrown: unknown,
  init: GuestErrorInit,
): Promise<VmToolsError> {
  const error = asVmToolsError(thrown, init);
  return error.with({
    guest: error.guest ?? (await whereabouts(host, domain)),
    ...(init.leftovers === undefined ? {} : { leftovers: init.leftovers }),
  });
}

/** Whatever was thrown, as one of ours, with a hint. */
export function asVmToolsError(
  thrown: unknown,
  { doing, hint }: Pick<GuestErrorInit, 'doing' | 'hint'>,
): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown.hint === undefined ? thrown.with({ hint }) : thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  return new VmToolsError({
    code: 'DOMAIN_ACTION_FAILED',
    message: `${doing} failed: ${messageOf(thrown)}`,
    hint,
    cause: thrown,
    details: code === undefined ? {} : { errno: code },
  });
}

/** The guest's place, as Xen sees it. Never rejects: this is asked when something has failed already. */
export async function whereabouts(
  { xen }: Pick<Host, 'xen'>,
  { domid, name, uuid }: Known,
): Promise<GuestWhereabouts> {
  const state = await xen.domainGetinfo(domid).then(stateOf, (second: unknown) => {
    return `unknown, Xen does not say: ${messageOf(second)}`;
  });
  return { domid, ...(name === undefined ? {} : { name }), ...(uuid === undefined ? {} : { uuid }), state };
}

function stateOf(info: DomainInfo | undefined): string {
  if (info === undefined) return 'destroyed';
  if (info.isDying) return 'dying';
  if (info.shutdownReason === 'suspend') return 'suspended here';
  if (info.shutdownReason !== undefined) return `shut down here: ${info.shutdownReason}`;
  return info.isPaused ? 'paused here' : 'still running here';
}
