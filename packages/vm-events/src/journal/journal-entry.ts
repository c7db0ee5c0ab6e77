import type { DomainEvent } from '@vm-tools/libdomain';
import { shown } from '@vm-tools/words';
import { sentenceOf } from '../describe-event.ts';
import { MESSAGE_IDS } from './message-ids.ts';

/** By these words of syslog `journalctl -p` chooses. */
const ERROR = 3;
const WARNING = 4;
const INFO = 6;

/** Those of an event that have a name of their own in the journal. */
const NAMES: Readonly<Record<string, string>> = { name: 'VM_DOMAIN', type: 'VM_EVENT' };

/**
 * An event as an entry of the journal, in the form that `logger --journald` reads: "FIELD=value", one a line. Names
 * come from xenstore and addresses from peers: a value has no end of a line and no other character that cannot be
 * seen, so none begins a field, or ends the entry.
 */
export function journalEntry(event: DomainEvent): string {
  const fields = {
    MESSAGE: sentenceOf(event),
    MESSAGE_ID: MESSAGE_IDS[event.type],
    PRIORITY: priorityOf(event),
    SYSLOG_IDENTIFIER: 'vm-events',
    ...Object.fromEntries(Object.entries(event).map(([key, value]) => [fieldName(key), value])),
  };
  return Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([field, value]) => `${field}=${asValue(value)}\n`)
    .join('');
}

/** "targetKib" is VM_TARGET_KIB. */
function fieldName(key: string): string {
  return NAMES[key] ?? `VM_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function priorityOf(event: DomainEvent): number {
  if (event.type === 'crashed') return ERROR;
  return event.type === 'shut-down' && event.reason === 'watchdog' ? WARNING : INFO;
}

/** logger takes blanks at the end away, which would give one domain the name of another. */
function asValue(value: unknown): string {
  return shown(String(value)).replace(/ +$/, (blanks) => '\\u0020'.repeat(blanks.length));
}
