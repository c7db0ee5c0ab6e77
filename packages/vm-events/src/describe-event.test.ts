import { expect, test } from '@jest/globals';
import { DOMAIN_EVENT_TYPES, type DomainEvent, type DomainEventType } from '@vm-tools/libdomain';
import { describeEvent } from './describe-event.ts';
import { command } from './options.ts';

const of = { time: '2026-11-30T07:21:20.123Z', domid: 3, uuid: 'u', name: 'web1' };
const vif = { kind: 'vif', id: '0' };
const states = { frontendState: 'connected', backendState: 'init-wait' };

const TEXTS: Readonly<Record<DomainEventType, [event: DomainEvent, text: string]>> = {
  created: [{ ...of, type: 'created', targetKib: 524_288 }, 'created with 512 MiB'],
  arriving: [{ ...of, type: 'arriving', from: 'tls://b:8002' }, 'arriving from tls://b:8002'],
  started: [{ ...of, type: 'started' }, 'started'],
  paused: [{ ...of, type: 'paused' }, 'paused'],
  unpaused: [{ ...of, type: 'unpaused' }, 'unpaused'],
  asked: [{ ...of, type: 'asked', request: 'poweroff' }, 'asked: poweroff'],
  answered: [{ ...of, type: 'answered', request: 'poweroff' }, 'has taken notice: poweroff'],
  suspended: [{ ...of, type: 'suspended' }, 'suspended'],
  resumed: [{ ...of, type: 'resumed' }, 'resumed'],
  'shut-down': [{ ...of, type: 'shut-down', reason: 'reboot' }, 'shut down: reboot'],
  crashed: [{ ...of, type: 'crashed', reason: 'crash' }, 'crashed'],
  dying: [{ ...of, type: 'dying' }, 'dying'],
  gone: [{ ...of, type: 'gone' }, 'gone'],
  renamed: [{ ...of, type: 'renamed', from: 'web\u009b' }, 'renamed, was web\\u009b'],
  'memory-target': [
    { ...of, type: 'memory-target', targetKib: 524_288, fromKib: 1_048_576 },
    'memory target 512 MiB, was 1024 MiB',
  ],
  'device-added': [
    { ...of, type: 'device-added', ...vif, ...states },
    'vif 0 added: frontend connected, backend init-wait',
  ],
  'device-state': [
    { ...of, type: 'device-state', ...vif, ...states },
    'vif 0: frontend connected, backend init-wait',
  ],
  'device-removed': [{ ...of, type: 'device-removed', ...vif }, 'vif 0 removed'],
};

test.each(Object.values(TEXTS))('%j', (event, text) => {
  expect(describeEvent(event)).toBe(`2026-11-30T07:21:20.123Z web1 (3) ${text}`);
});

test('what is not known is left out, and what was there is said to be', () => {
  const what = (event: DomainEvent): string => describeEvent(event).slice(of.time.length + 1);
  expect(what({ ...of, name: '', type: 'created', initial: true })).toBe('- (3) created (at the beginning)');
  expect(what({ ...of, type: 'arriving' })).toBe('web1 (3) arriving');
  expect(what({ ...of, type: 'renamed', from: '' })).toBe('web1 (3) renamed, was without a name');
  expect(what({ ...of, type: 'memory-target', targetKib: 2048 })).toBe('web1 (3) memory target 2 MiB');
});

test('--help has all types', () => {
  const help = command.notes?.[0]?.replaceAll(/ \([^)]*\)/g, '');
  expect(help).toBe(`Types: ${DOMAIN_EVENT_TYPES.join(', ')}.`);
});
