import { expect } from '@jest/globals';
import {
  failure,
  listed,
  result,
  testOnTwoHosts,
  type TestHost,
  unchanged,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

/** In place of ssh: on b, where xl would be run, this is. */
async function installSsh(a: TestHost, b: TestHost, command: string): Promise<void> {
  const remote = `VM_TOOLS_SIM=${(await b.run('echo $VM_TOOLS_SIM')).trim()} VM_TOOLS_HOST=sim:b`;
  const ssh = `#!/bin/sh\\nshift 7\\ntest "$1" = "xl migrate-receive" || exit 99\\nexec env ${remote} ${command}\\n`;
  await a.run(`mkdir -p bin; printf '%b' '${ssh}' >bin/ssh; chmod +x bin/ssh`);
}

const MIGRATE = 'PATH=$PWD/bin:$PATH vm-migrate web1 ssh://b --peer xl';

interface Summary {
  readonly warnings: readonly unknown[];
  readonly transferred: number;
  readonly endpoint: string;
}

testOnTwoHosts('a domain moves in the words of xl, and counts on', async (a, b) => {
  const { uuid } = await result(a, 'vm-create polite.cfg name=web1');
  await waitForTicks(a, 'web1');
  await installSsh(a, b, 'vm-migrate receive --peer xl');
  expect(await result<object[]>(a, `${MIGRATE} --check`)).toContainEqual({
    side: 'target',
    name: 'xl',
    ok: true,
  });
  await waitForTicks(a, 'web1');
  const summary = await result<Summary>(a, MIGRATE);
  expect(summary).toMatchObject({ name: 'web1', live: true, endpoint: 'ssh://b', warnings: [] });
  await waitForTicks(b, 'web1');
  expect(await listed(b, 'web1')).toMatchObject({ uuid });
  expect(await failure(a, 'vm-list web1')).toMatchObject({ status: 3 });
  expect(await result<object[]>(a, 'vm-migrate list --all')).toMatchObject([
    { role: 'source', state: 'moved', peer: 'xl+ssh://b' },
  ]);
});

testOnTwoHosts('what does not speak as xl does gets nothing', async (a, b) => {
  await result(a, 'vm-create polite.cfg name=web1');
  await waitForTicks(a, 'web1');
  await installSsh(a, b, 'echo Welcome');
  const [welcomed, checked] = await unchanged(a, async () => [
    await failure(a, MIGRATE),
    await a.exec(`${MIGRATE} --check --json`),
  ]);
  expect(welcomed).toMatchObject({
    status: 6,
    error: { code: 'XFR_PROTOCOL', guest: { state: 'still running on the source' } },
  });
  expect(checked.code).toBe(6);
  await installSsh(a, b, 'sh -c "echo no xl >&2; exit 127"');
  expect(await unchanged(a, () => failure(a, MIGRATE))).toMatchObject({
    status: 6,
    error: { code: 'XFR_SSH', message: expect.stringContaining('no xl') },
  });
  await waitForTicks(a, 'web1');
});

testOnTwoHosts('a receiver that fails leaves the domain where it is, with its words', async (a, b) => {
  await result(a, 'vm-create polite.cfg name=web1');
  await result(b, 'vm-create polite.cfg name=web1');
  await installSsh(a, b, 'vm-migrate receive --peer xl');
  const failed = await unchanged(b, () => failure(a, MIGRATE));
  expect(failed).toMatchObject({
    status: 6,
    error: {
      code: 'XFR_XL_HUNG_UP',
      message: expect.stringContaining('xl on ssh://b hung up'),
      log: expect.arrayContaining([expect.stringContaining('DOMAIN_NAME_TAKEN')]),
      guest: { state: 'still running here' },
    },
  });
  await waitForTicks(a, 'web1');
});

testOnTwoHosts('only ssh leads to xl, and the other way only xl is taken', async (a) => {
  await result(a, 'vm-create polite.cfg name=web1');
  const [tls, receiver, plan] = await unchanged(a, async () => [
    await failure(a, 'vm-migrate web1 b --peer xl'),
    await failure(a, 'vm-migrate receive'),
    await failure(a, 'vm-migrate web1 ssh://b --peer xl --dry-run'),
  ]);
  expect(tls).toMatchObject({ status: 2, error: { code: 'XFR_ENDPOINT_TRANSPORT' } });
  expect(receiver).toMatchObject({ status: 2, error: { code: 'USAGE' } });
  expect(plan).toMatchObject({ status: 2, error: { code: 'USAGE' } });
});
