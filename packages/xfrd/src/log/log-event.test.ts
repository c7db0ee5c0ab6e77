import { expect, test } from '@jest/globals';
import { createLog } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import type { ListenEvent } from '@vm-tools/libxfr';
import { logEvent } from './log-event.ts';

function logged(...events: ListenEvent[]): string[] {
  let text = '';
  const log = createLog(
    { stream: { write: (line) => (text += line) }, json: false },
    { JOURNAL_STREAM: '8:1' },
  );
  events.forEach((event) => logEvent(log, event));
  return text.split('\n').slice(0, -1);
}

test('a session has a line for each thing that happens, each with who it is and which transfer', () => {
  const connected = { session: 2, peer: '10.0.0.1:4242', who: 'a' };
  const session = { ...connected, transfer: '3f2a', name: 'web1' };
  const summary = {
    transferred: 2 ** 20,
    zeroBytes: 0,
    total: 2 ** 28,
    totalTimeMs: 2000,
    downtimeMs: 210,
    iterations: 0,
    throughput: 2 ** 19,
    domid: 7,
    warnings: [],
  };
  const error = new VmToolsError({
    code: 'XFR_BUSY',
    message: 'busy',
    hint: 'later',
    guest: { name: 'web2', state: '' },
  });
  expect(
    logged(
      { type: 'connected', ...connected },
      { type: 'transfer', ...session, event: { type: 'warning', code: 'XFR_W_PLAIN', message: 'plain' } },
      { type: 'transfer', ...session, event: { type: 'phase', phase: 'receiving', at: 0 } },
      { type: 'transfer', ...session, event: { type: 'completed', summary } },
      { type: 'failed', ...session, error },
      { type: 'failed', ...connected, error },
      { type: 'accept-failed', error },
    ),
  ).toEqual([
    '<6>connected session=2 peer=10.0.0.1:4242 who=a',
    '<6>receiving session=2 peer=10.0.0.1:4242 who=a transfer=3f2a name=web1',
    '<6>completed session=2 peer=10.0.0.1:4242 who=a transfer=3f2a name=web1 domid=7 transferred="1 MiB" time="2.0 s" downtime="210 ms"',
    '<3>busy session=2 peer=10.0.0.1:4242 who=a transfer=3f2a name=web1 code=XFR_BUSY hint=later',
    '<3>busy session=2 peer=10.0.0.1:4242 who=a name=web2 code=XFR_BUSY hint=later',
    '<3>busy code=XFR_BUSY hint=later',
  ]);
});
