import { shown } from '@vm-tools/words';
import type { DomainEvent } from '@vm-tools/libdomain';

/** An event as a line for people: "2026-11-30T07:21:20.123Z web1 (3) shut down: reboot". */
export function describeEvent(event: DomainEvent): string {
  return `${shown(event.time)} ${sentenceOf(event)}`;
}

/** The same without its time: "web1 (3) shut down: reboot". */
export function sentenceOf(event: DomainEvent): string {
  const { name, domid, initial } = event;
  const when = initial === true ? ' (at the beginning)' : '';
  return shown(`${name || '-'} (${domid}) ${whatOf(event)}${when}`);
}

const mib = (kib: number): string => `${Math.round(kib / 1024)} MiB`;

function whatOf(event: DomainEvent): string {
  switch (event.type) {
    case 'created':
      return event.targetKib === undefined ? 'created' : `created with ${mib(event.targetKib)}`;
    case 'arriving':
      return event.from === undefined ? 'arriving' : `arriving from ${event.from}`;
    case 'shut-down':
      return `shut down: ${event.reason}`;
    case 'asked':
      return `asked: ${event.request}`;
    case 'answered':
      return `has taken notice: ${event.request}`;
    case 'renamed':
      return `renamed, was ${event.from || 'without a name'}`;
    case 'memory-target':
      return `memory target ${mib(event.targetKib)}${event.fromKib === undefined ? '' : `, was ${mib(event.fromKib)}`}`;
    case 'device-added':
      return `${event.kind} ${event.id} added: ${statesOf(event)}`;
    case 'device-state':
      return `${event.kind} ${event.id}: ${statesOf(event)}`;
    case 'device-removed':
      return `${event.kind} ${event.id} removed`;
    default:
      return event.type;
  }
}

function statesOf({
  frontendState,
  backendState,
}: {
  readonly frontendState: string;
  readonly backendState: string;
}): string {
  return `frontend ${frontendState}, backend ${backendState}`;
}
