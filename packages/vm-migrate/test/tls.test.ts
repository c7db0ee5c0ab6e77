import { expect } from '@jest/globals';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import { trustEachOther } from '@vm-tools/trust/testing';
import { failure, result, startXfrd, testOnTwoHosts, waitForTicks } from '@vm-tools/xen-sim/testing';
import { DYING } from './kill/dying.ts';

testOnTwoHosts('who has died after the hand-over began finds the other end over TLS again', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await result(a, 'vm-create polite.cfg name=web1');
  await waitForTicks(a, 'web1');
  await using xfrd = await startXfrd(b, '', 'tls');
  await a.exec(`${DYING('after committed')} exec vm-migrate web1 ${xfrd.endpoint}`);
  const [open] = await result<KnownTransfer[]>(a, 'vm-migrate list');
  expect(open).toMatchObject({ state: 'committed', owner: 'undecided', peer: xfrd.endpoint });
  const { id } = open as KnownTransfer;

  // No other host is asked, and the guest is given to none on its word.
  await a.run('xfrd forget b');
  const [{ peerError }, unsure] = [
    await result<{ peerError: string }>(a, `vm-migrate status ${id}`),
    await failure(a, `vm-migrate resolve ${id} --wait 0.1`),
  ];
  expect(peerError).toContain('is not known');
  expect(unsure).toMatchObject({ status: 9, error: { code: 'XFR_UNCERTAIN', hint: expect.any(String) } });

  const ofB = (await b.run('xfrd fingerprint')).trim();
  await a.run(`xfrd trust b 127.0.0.1 --fingerprint ${ofB}`);
  expect(await a.run(`vm-migrate resolve ${id}`)).toBe(`web1 runs at ${xfrd.endpoint}\n`);
  await waitForTicks(b, 'web1');
  expect(await a.run('vm-list --names')).toBe('');
});
