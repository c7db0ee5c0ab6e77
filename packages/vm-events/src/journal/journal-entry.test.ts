import { expect, test } from '@jest/globals';
import { DOMAIN_EVENT_TYPES, type DomainEvent } from '@vm-tools/libdomain';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { journalEntry } from './journal-entry.ts';
import { MESSAGE_IDS } from './message-ids.ts';

const of = { time: '2026-11-30T07:21:20.123Z', domid: 3, uuid: 'u', name: 'web1' };
const linesOf = (event: DomainEvent): string[] => journalEntry(event).split('\n');

test('an event is a sentence, and all of its fields', () => {
  expect(
    journalEntry({ ...of, type: 'memory-target', targetKib: 524_288, fromKib: 1_048_576, initial: true }),
  ).toBe(`MESSAGE=web1 (3) memory target 512 MiB, was 1024 MiB (at the beginning)
MESSAGE_ID=${MESSAGE_IDS['memory-target']}
PRIORITY=6
SYSLOG_IDENTIFIER=vm-events
VM_TIME=2026-11-30T07:21:20.123Z
VM_DOMID=3
VM_UUID=u
VM_DOMAIN=web1
VM_EVENT=memory-target
VM_TARGET_KIB=524288
VM_FROM_KIB=1048576
VM_INITIAL=true
`);
  const device = { kind: 'vif', id: '0', frontendState: 'connected', backendState: 'init-wait' };
  expect(linesOf({ ...of, type: 'device-state', ...device })).toEqual(
    expect.arrayContaining([
      'VM_KIND=vif',
      'VM_ID=0',
      'VM_FRONTEND_STATE=connected',
      'VM_BACKEND_STATE=init-wait',
    ]),
  );
});

test('what is not known is left out', () => {
  const lines = linesOf({ ...of, name: '', type: 'created' });
  expect(lines.filter((line) => /^VM_(DOMAIN=|TARGET_KIB|INITIAL)/.test(line))).toEqual([]);
});

test.each([
  ['crashed', { ...of, type: 'crashed', reason: 'crash' }, 3],
  ['a watchdog', { ...of, type: 'shut-down', reason: 'watchdog' }, 4],
  ['poweroff', { ...of, type: 'shut-down', reason: 'poweroff' }, 6],
] as const)('the priority of %s', (_, event, priority) => {
  expect(linesOf(event)).toContain(`PRIORITY=${priority}`);
});

test.each([
  ['a field', 'web1\nPRIORITY=0', 'VM_DOMAIN=web1\\u000aPRIORITY=0'],
  ['the end of the entry', 'web1\n\nVM_EVENT=gone', 'VM_DOMAIN=web1\\u000a\\u000aVM_EVENT=gone'],
  ['a carriage return', 'web1\rMESSAGE=x', 'VM_DOMAIN=web1\\u000dMESSAGE=x'],
  ['the end of a string of C', 'web1\0x', 'VM_DOMAIN=web1\\u0000x'],
  ['a line of Unicode', 'web1\u2028x\u0085', 'VM_DOMAIN=web1\\u2028x\\u0085'],
  ['blanks at the end', 'web1  ', 'VM_DOMAIN=web1\\u0020\\u0020'],
  ['half a character', 'web1\ud800', 'VM_DOMAIN=web1\\ud800'],
])('a name smuggles nothing in: %s', (_, name, field) => {
  const plain = linesOf({ ...of, type: 'started' });
  const lines = linesOf({ ...of, name, type: 'started' });
  expect(lines).toContain(field);
  expect(lines.map((line) => line.replace(/=.*/, ''))).toEqual(plain.map((line) => line.replace(/=.*/, '')));
  const renamed = linesOf({ ...of, type: 'renamed', from: name });
  expect(renamed).toContain(field.replace('VM_DOMAIN', 'VM_FROM'));
});

test('each type has an id of its own, which the README names', async () => {
  expect(Object.keys(MESSAGE_IDS)).toEqual([...DOMAIN_EVENT_TYPES]);
  expect(new Set(Object.values(MESSAGE_IDS)).size).toBe(DOMAIN_EVENT_TYPES.length);
  const page = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| `([0-9a-f]{32})` +\|$/gm)];
  expect(Object.fromEntries(rows.map(([, type, id]) => [type, id]))).toEqual(MESSAGE_IDS);
});
