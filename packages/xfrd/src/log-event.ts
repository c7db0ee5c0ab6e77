import { formatDuration, type Log } from '@vm-tools/cli';
import type { ListenEvent, TransferEvent } from '@vm-tools/libxfr';
import { formatBytes } from '@vm-tools/ratelimit';

/** One line for each thing that happens to a session; its figures come at the end. */
export function logEvent(log: Log, happened: ListenEvent): void {
  switch (happened.type) {
    case 'connected':
      log.info('connected', { session: happened.session, peer: happened.peer, who: happened.who });
      break;
    case 'transfer':
      logTransfer(log, happened.session, happened.event);
      break;
    case 'failed': {
      const { session, peer, error } = happened;
      log.error(error.message, {
        session,
        peer,
        code: error.code,
        name: error.guest?.name,
        hint: error.hint,
      });
      break;
    }
    case 'accept-failed':
      log.error(happened.error.message, { code: happened.error.code, hint: happened.error.hint });
  }
}

function logTransfer(log: Log, session: number, event: TransferEvent): void {
  if (event.type === 'phase') log.info(event.phase, { session });
  // That TCP is not encrypted has been said at the start.
  if (event.type === 'warning' && event.code !== 'XFR_W_PLAIN')
    log.warn(event.message, { session, code: event.code });
  if (event.type === 'completed') {
    const { domid, transferred, totalTimeMs } = event.summary;
    log.info('completed', {
      session,
      domid,
      transferred: formatBytes(transferred),
      time: formatDuration(totalTimeMs),
    });
  }
}
