import { formatDuration, type Log } from '@vm-tools/cli';
import type { ListenEvent, TransferEvent } from '@vm-tools/libxfr';
import type { Session } from '@vm-tools/libxfr/types';
import { formatBytes } from '@vm-tools/ratelimit';
import type { Bursts } from './bursts.ts';
import { logFailure } from './log-failure.ts';

/** The same for a listener that strangers can call: frequent events are counted, and logged once. */
export function logInBursts(log: Log, bursts: Bursts, happened: ListenEvent): void {
  const kind = kindOf(happened);
  const address = 'peer' in happened ? happened.peer : undefined;
  if (kind === undefined || bursts.isTold({ kind, address })) logEvent(log, happened);
}

/** The kind of an event that a stranger can cause as often as it likes; undefined for events that take a place. */
function kindOf(happened: ListenEvent): string | undefined {
  const of = 'who' in happened ? ` of ${happened.who}` : '';
  if (happened.type === 'connected') return `connections${of}`;
  if (happened.type !== 'transfer') return `${happened.error.code}${of}`;
  const { event } = happened;
  const isEarly = event.type === 'phase' && (event.phase === 'connecting' || event.phase === 'reserving');
  return isEarly ? `${event.phase}${of}` : undefined;
}

/** One line for each event of a session, with its peer and its transfer; its figures come last. */
export function logEvent(log: Log, happened: ListenEvent): void {
  switch (happened.type) {
    case 'connected':
      log.info('connected', factsOf(happened));
      break;
    case 'transfer':
      logTransfer(log, factsOf(happened), happened.event);
      break;
    case 'failed': {
      const { name = happened.error.guest?.name, ...facts } = factsOf(happened);
      logFailure(log, happened.error, { facts: { ...facts, name } });
      break;
    }
    case 'accept-failed':
      logFailure(log, happened.error);
  }
}

/** Which session it is, and all that is known of it by now. */
function factsOf({ session, peer, who, transfer, name }: Session) {
  return { session, peer, who, transfer, name };
}

function logTransfer(log: Log, facts: ReturnType<typeof factsOf>, event: TransferEvent): void {
  if (event.type === 'phase') log.info(event.phase, facts);
  // That TCP is not encrypted has been said at the start.
  if (event.type === 'warning' && event.code !== 'XFR_W_PLAIN')
    log.warn(event.message, { ...facts, code: event.code });
  if (event.type === 'completed') {
    const { domid, transferred, totalTimeMs, downtimeMs } = event.summary;
    log.info('completed', {
      ...facts,
      domid,
      transferred: formatBytes(transferred),
      time: formatDuration(totalTimeMs),
      downtime: downtimeMs === undefined ? undefined : formatDuration(downtimeMs),
    });
  }
}
