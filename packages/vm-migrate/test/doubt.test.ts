import { join } from 'node:path';
import { expect } from '@jest/globals';
import { freePort } from '@vm-tools/lab';
import {
  failure,
  result,
  state,
  testOnHost,
  testOnTwoHosts,
  waitForTicks,
  type LineProcess,
  type TestHost,
} from '@vm-tools/xen-sim/testing';
import { fileJournals } from '@vm-tools/libxfr';
import { JOURNAL_FOLDER, type KnownTransfer } from '@vm-tools/libxfr/journals';
import { DYING } from './kill/dying.ts';
import { startXfrd } from './kill/xfrd.ts';

testOnHost('where nothing was moved, there is nothing to tell', async (host) => {
  const before = await state(host);
  expect(await host.run('vm-migrate list')).toBe('');
  expect(await host.run('vm-migrate status')).toBe('all have ended\n');
  for (const line of ['vm-migrate status 3f2a', 'vm-migrate resolve 3f2a']) {
    expect(await failure(host, line)).toMatchObject({ status: 2, error: { code: 'XFR_TRANSFER_UNKNOWN' } });
  }
  expect(await state(host)).toEqual(before);
});

/** The sender dies when it has handed the guest "doubtful" over, and the other end, which still runs, has not said so. */
async function dieCommitted(a: TestHost, b: TestHost): Promise<{ port: number; xfrd: LineProcess }> {
  await result(a, 'vm-create polite.cfg name=doubtful');
  await waitForTicks(a, 'doubtful');
  const port = await freePort();
  const xfrd = await startXfrd(b, port);
  await a.exec(`${DYING('after committed')} exec vm-migrate doubtful tcp://127.0.0.1:${port} --insecure`);
  return { port, xfrd };
}

testOnTwoHosts(
  'both ends die after the hand-over began: the operator has to say which side owns it',
  async (a, b) => {
    const { port, xfrd } = await dieCommitted(a, b);
    await xfrd.kill('SIGKILL');

    const [open] = await result<KnownTransfer[]>(a, 'vm-migrate list');
    expect(open).toMatchObject({ state: 'committed', owner: 'undecided', guest: { name: 'doubtful' } });
    const id = (open as KnownTransfer).id.slice(0, 8);
    expect(await result(a, `vm-migrate status ${id}`)).toMatchObject({
      state: 'committed',
      entries: [{ state: 'offered' }, { state: 'committed' }],
      peerError: expect.stringContaining('ECONNREFUSED'),
    });
    const uncertain = await failure(a, `vm-migrate resolve ${id} --wait 0.1`);
    expect(uncertain).toMatchObject({ status: 9, error: { code: 'XFR_UNCERTAIN' } });
    const again = await failure(a, `vm-migrate doubtful tcp://127.0.0.1:${port} --insecure`);
    // Before anybody is called: what is in doubt is reported as that.
    expect(again).toMatchObject({ status: 9, error: { code: 'XFR_UNRESOLVED' } });

    expect(await a.run(`vm-migrate resolve ${id} --wait 0.1 --owner here`)).toBe('doubtful runs here\n');
    await waitForTicks(a, 'doubtful');
    expect(await a.run('vm-migrate list')).toBe('');
  },
);

testOnTwoHosts(
  'a host that was switched off: its word is taken, and what is older is not resumed',
  async (a, b) => {
    const { xfrd } = await dieCommitted(a, b);
    const [{ id }] = await result<[KnownTransfer]>(a, 'vm-migrate list');
    const fenced = `vm-migrate resolve ${id} --owner here --fenced`;
    expect(await failure(a, `vm-migrate resolve ${id} --fenced 127.0.0.1`)).toMatchObject({ status: 2 });
    for (const [peer, why] of [
      ['127.0.0.2', 'the other end of transfer'],
      ['127.0.0.1', 'is not off: it takes connections'],
    ])
      expect(await failure(a, `${fenced} ${peer}`)).toMatchObject({
        status: 2,
        error: { code: 'XFR_NOT_FENCED', message: expect.stringContaining(why!) },
      });
    await xfrd.kill('SIGKILL');
    expect(await a.run(`${fenced} 127.0.0.1`)).toBe(
      'doubtful may have run at 127.0.0.1 until that was switched off\n',
    );
    expect(await a.run('vm-list --names')).toBe('');
    expect(await result(a, `vm-migrate status ${id}`)).toMatchObject({
      state: 'kept',
      entries: [
        { state: 'offered' },
        { state: 'committed' },
        { state: 'aborted', fenced: '127.0.0.1', at: expect.any(Number) },
        { state: 'kept' },
      ],
    });
    await result(a, 'vm-create polite.cfg name=doubtful');
  },
);

testOnTwoHosts('settle waits for the process that has the journal, and not for ever', async (a, b) => {
  await result(a, 'vm-create polite.cfg name=doubtful');
  await waitForTicks(a, 'doubtful');
  const port = await freePort();
  await startXfrd(b, port);
  await a.exec(`${DYING('after committed')} exec vm-migrate doubtful tcp://127.0.0.1:${port} --insecure`);
  const [{ id }] = await result<[KnownTransfer]>(a, 'vm-migrate list');
  {
    await using _ = await fileJournals(join(a.simulated.root, JOURNAL_FOLDER)).open(id);
    expect(await failure(a, 'vm-migrate settle doubtful --within 0.5')).toMatchObject({
      error: { code: 'XFR_GUEST_BUSY' },
    });
  }
  expect(await a.run('vm-migrate settle doubtful')).toMatch(/^doubtful is (here|at .*)\n$/);
});
