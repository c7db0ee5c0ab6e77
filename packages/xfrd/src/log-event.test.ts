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

test('a session has a line for each thing that happens', () => {
  const session = { session: 2, peer: '10.0.0.1:4242' };
  const summary = {
    transferred: 2 ** 20,
    zeroBytes: 0,
    total: 2 ** 28,
    totalTimeMs: 2000,
    downtimeMs: undefined,
    iterations: 0,
    throughput: 2 ** 19,
    domid: 7,
    warnings: [],
  };
  const error = new VmToolsError({
    code: 'XFR_BUSY',
    message: 'busy',
    hint: 'later',
    guest: { name: 'web1', state: '' },
  });
  expect(
    logged(
      { type: 'connected', ...session },
      { type: 'transfer', ...session, event: { type: 'warning', code: 'XFR_W_PLAIN', message: 'plain' } },
      { type: 'transfer', ...session, event: { type: 'phase', phase: 'receiving', at: 0 } },
      { type: 'transfer', ...session, event: { type: 'completed', summary } },
      { type: 'failed', ...session, error },
    ),
  ).toEqual([
    '<6>connected session=2 peer=10.0.0.1:4242',
    '<6>receiving session=2',
    '<6>completed session=2 domid=7 transferred="1 MiB" time="2.0 s"',
    '<3>busy session=2 peer=10.0.0.1:4242 code=XFR_BUSY name=web1 hint=later',
  ]);
});
