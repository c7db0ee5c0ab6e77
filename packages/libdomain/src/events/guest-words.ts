import { XENBUS_STATES } from '../devices/backend/xenbus.ts';
import type { GuestRequest } from './domain-event.ts';

const REQUESTS: readonly string[] = [
  'poweroff',
  'reboot',
  'suspend',
  'halt',
  'crash',
] satisfies GuestRequest[];

/** The request in a node that its guest may write, too; undefined when it has taken notice, or there was none. */
export function requestIn(text: string | undefined): GuestRequest | undefined {
  if (text === undefined || text === '') return undefined;
  return REQUESTS.includes(text) ? (text as GuestRequest) : 'other';
}

/** The state of an end of a device in words, from a node in which a guest may write anything. */
export function stateIn(text: string | undefined): string {
  if (text === undefined) return 'absent';
  return (/^\d{1,2}$/.test(text) ? XENBUS_STATES[Number(text)] : undefined) ?? 'other';
}
