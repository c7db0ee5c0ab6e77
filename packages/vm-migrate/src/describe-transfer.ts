import type { KnownTransfer } from '@vm-tools/libxfr';

/** e.g. "web1 to b:8002: committed, is suspended here; only the target says whether it runs there" */
export function describeTransfer({ guest, role, peer, state, means }: KnownTransfer): string {
  return `${guest.name} ${role === 'source' ? 'to' : 'from'} ${peer}: ${state}, ${means}`;
}

/** Where it lives, in a word; "?" as long as that is not settled. */
export function place({ owner }: KnownTransfer): string {
  return owner === 'undecided' ? '?' : owner;
}
