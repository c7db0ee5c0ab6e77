import { VmToolsError } from '@vm-tools/errors';
import { matchesDomain } from './matches-domain.ts';
import type { Peer } from './peer.ts';

/** The facts about a guest before the first page; an offer of libxfr has them all. */
export interface OfferedGuest {
  readonly name: string;
  readonly uuid: string;
  readonly memoryBytes: number;
  readonly maxMemoryBytes: number;
  readonly live: boolean;
}

/** One that a peer has sent, and that lives here or is on its way. */
export interface LivingGuest {
  readonly uuid: string;
  /** what it may grow to */
  readonly memoryBytes: number;
}

/** Seen from this host. */
export type Direction = 'from' | 'to';

const MIB = 2 ** 20;

/**
 * Holds a guest against the rules for a peer.
 *
 * @param options.active guests that the peer is sending already
 * @param options.living these, and those that it has sent and that are still here. @default none
 * @throws VmToolsError XFR_PEER_NOT_ALLOWED, with the rule in `details.rule`; kind peer, or resource when it is allowed later
 */
export function authorise(
  peer: Peer,
  guest: OfferedGuest,
  {
    direction,
    active,
    living = [],
  }: {
    readonly direction: Direction;
    readonly active: number;
    readonly living?: readonly LivingGuest[];
  },
): void {
  const { name, domains, maxMemoryMib, maxConcurrent = Infinity } = peer;
  const refuse = (rule: keyof Peer, message: string): VmToolsError =>
    notAllowed(peer, guest, { rule, message, direction });

  if (direction === 'from' && !peer.maySend) throw refuse('maySend', `${name} may send no guests`);
  if (direction === 'to' && !peer.mayReceive) throw refuse('mayReceive', `${name} may be sent no guests`);
  if (domains !== undefined && !domains.some((pattern) => matchesDomain(pattern, guest))) {
    throw refuse('domains', `${guest.name} is none of the domains that ${name} may ${verb(direction)}`);
  }
  const memoryMib = Math.ceil(Math.max(guest.memoryBytes, guest.maxMemoryBytes) / MIB);
  if (maxMemoryMib !== undefined && memoryMib > maxMemoryMib) {
    const message = `${guest.name} may grow to ${memoryMib} MiB, and ${name} may ${verb(direction)} guests of ${maxMemoryMib} MiB at most`;
    throw refuse('maxMemoryMib', message);
  }
  if (guest.live && !peer.live) {
    throw refuse(
      'live',
      `${guest.name} is to run on while it is copied, and ${name} may not ${verb(direction)} such`,
    );
  }
  if (direction === 'from' && active >= maxConcurrent) {
    throw refuse(
      'maxConcurrent',
      `${name} is sending ${active} guests already and may send ${maxConcurrent} at once`,
    );
  }
  if (direction === 'to') return;
  const { maxDomains = Infinity, maxTotalMemoryMib = Infinity } = peer;
  const others = living.filter(({ uuid }) => uuid.toLowerCase() !== guest.uuid.toLowerCase());
  if (others.length >= maxDomains) {
    const message = `${others.length} guests of ${name} are here already, and it may have ${maxDomains} here`;
    throw refuse('maxDomains', message);
  }
  const othersMib = Math.ceil(others.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) / MIB);
  if (othersMib + memoryMib > maxTotalMemoryMib) {
    const message = `guests of ${name} have ${othersMib} MiB here already, ${guest.name} may grow to ${memoryMib} MiB, and together they may have ${maxTotalMemoryMib} MiB`;
    throw refuse('maxTotalMemoryMib', message);
  }
}

function verb(direction: Direction): string {
  return direction === 'from' ? 'send' : 'receive';
}

/** The rules that allow a guest again when others have gone. */
const LATER: ReadonlyMap<keyof Peer, string> = new Map([
  ['maxConcurrent', 'try again when one of them is through'],
  ['maxDomains', 'try again when one of them has left that host'],
  ['maxTotalMemoryMib', 'try again when others of them have left that host, or move a smaller one'],
]);

function notAllowed(
  peer: Peer,
  guest: OfferedGuest,
  { rule, message, direction }: { rule: keyof Peer; message: string; direction: Direction },
): VmToolsError {
  const isLater = LATER.has(rule) && peer[rule] !== 0;
  const where = direction === 'from' ? 'on the host that it was to come to' : 'here';
  return new VmToolsError({
    code: 'XFR_PEER_NOT_ALLOWED',
    kind: isLater ? 'resource' : 'peer',
    message,
    hint:
      (isLater ? LATER.get(rule) : undefined) ??
      `change the rule "${rule}" ${where}: xfrd trust ${peer.name}`,
    details: { peer: peer.name, rule, limit: peer[rule], name: guest.name, uuid: guest.uuid },
  });
}
