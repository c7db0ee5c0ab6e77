import type { VmToolsError } from '@vm-tools/errors';
import { FakeSource } from '../../src/testing/fake-source.ts';
import { sendToXl } from '../../src/xl/send-to-xl.ts';
import { FakeXl, type FakeXlInit } from '../../src/xl/testing/fake-xl.ts';
import { rejection, SOURCE_RUNS, type ErrorCase } from './case.ts';

/** A source whose target is a receiver of xl that does this. */
function toXl(init: Omit<FakeXlInit, 'bytes'>): Promise<VmToolsError> {
  const source = new FakeSource();
  const { connection } = new FakeXl({ bytes: source.bytes, ...init });
  return rejection(sendToXl(source, () => Promise.resolve(connection), { address: 'xl+ssh://b' }));
}

export const xlCases: readonly ErrorCase[] = [
  {
    code: 'XFR_XL_HUNG_UP',
    when: 'xl ends before it greets',
    cause: () => toXl({ hangsUpBefore: 'banner' }),
    ...{ kind: 'peer', retry: 'after-fix', side: 'source', phase: 'connecting', guest: SOURCE_RUNS },
  },
  {
    code: 'XFR_XL_START_FAILED',
    when: 'xl cannot start the guest',
    cause: () => toXl({ status: 3 }),
    ...{ kind: 'peer', retry: 'after-fix', side: 'source', phase: 'starting', guest: SOURCE_RUNS },
  },
];
