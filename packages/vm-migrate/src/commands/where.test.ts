import { expect } from '@jest/globals';
import { trustEachOther } from '@vm-tools/trust/testing';
import {
  result,
  startXfrd,
  testOnTwoHosts,
  waitForTicks,
  type RunningXfrd,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

interface Where {
  readonly nowhere: boolean;
  readonly hosts: readonly {
    readonly host: string;
    readonly state: string;
    readonly error?: { readonly code: string };
  }[];
}

const states = ({ hosts }: Where): string[] => hosts.map(({ host, state }) => `${host} ${state}`);

/** Of all that are known, or of one at a port of its own. */
async function asked(
  host: TestHost,
  guest: string,
  at?: RunningXfrd,
): Promise<Where & { readonly code: number }> {
  const { code, stdout } = await host.exec(
    `vm-migrate where ${guest} ${at?.endpoint ?? ''} --wait 20 --json`,
  );
  const { nowhere, hosts } = JSON.parse(stdout) as Where;
  return {
    code,
    nowhere,
    hosts: hosts.map((each) => (each.host === at?.endpoint ? { ...each, host: 'there' } : each)),
  };
}

testOnTwoHosts('every host that is known is asked, and one that is silent may have it', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  const { uuid } = await result<{ uuid: string }>(b, 'vm-create polite.cfg name=web1');
  const silent = await asked(a, 'web1');
  expect(silent).toMatchObject({ code: 6, nowhere: false });
  expect(states(silent)).toEqual(['here absent', 'b not-reached']);

  await using xfrd = await startXfrd(b, '', 'tls');
  for (const word of ['web1', uuid, uuid.toUpperCase()])
    expect(states(await asked(a, word, xfrd))).toEqual(['here absent', 'there running']);
  await b.run('vm-pause web1');
  expect(await a.run(`vm-migrate where web1 ${xfrd.endpoint}`)).toMatch(new RegExp(` +paused +${uuid}`));
  expect(await asked(a, 'web2', xfrd)).toMatchObject({ code: 0, nowhere: true });
  const wide = await a.run(`vm-migrate where ${uuid} ${xfrd.endpoint} -o wide`);
  expect(wide).toMatch(new RegExp(` +paused +${uuid} .* web1$`, 'm'));
  const names = await a.run(`vm-migrate where web1 ${xfrd.endpoint} -o name`);
  expect(names).toBe(`here\n${xfrd.endpoint}\n`);
  await result(a, 'vm-create polite.cfg name=web1');
  expect(states(await asked(a, 'web1', xfrd))).toEqual(['here running', 'there paused']);
  expect(states(await asked(a, uuid, xfrd))).toEqual(['here absent', 'there paused']);
});

testOnTwoHosts('a guest on its way is coming and going, saved with its host it is saved', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await using xfrd = await startXfrd(b, '', 'tls');
  await result(a, 'vm-create polite.cfg name=web1');
  await waitForTicks(a, 'web1');
  const moving = a.spawn(`exec vm-migrate web1 ${xfrd.endpoint} --bwlimit 1K --json`);
  await xfrd.says('"receiving"');
  expect(states(await asked(a, 'web1', xfrd))).toEqual(['here going', 'there coming']);
  // Before the word to go it is given up, and the guest runs on.
  const [settled] = await result<object[]>(a, 'vm-migrate settle web1');
  expect(settled).toMatchObject({ by: 'cancel', owner: 'here' });
  expect(await moving.exited).toBe(8);
  expect(await a.run('vm-migrate settle web1')).toBe('no transfer of it is open\n');
  expect(states(await asked(a, 'web1', xfrd))).toEqual(['here running', 'there absent']);

  await result(a, 'vm-host save');
  expect(states(await asked(a, 'web1', xfrd))).toEqual(['here saved', 'there absent']);
});

testOnTwoHosts('behind the word to go the other end is asked', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await result(a, 'vm-create polite.cfg name=web1');
  await waitForTicks(a, 'web1');
  {
    await using xfrd = await startXfrd(b, '', 'tls');
    const moving = a.spawn(`exec vm-migrate web1 ${xfrd.endpoint} --json`);
    let said = '';
    moving.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said.includes('"switchover"')) void moving.kill('SIGKILL');
    });
    await moving.exited;
    await a.run('vm-migrate settle web1 --within 30s');
    const { hosts } = await asked(a, 'web1', xfrd);
    expect(hosts.filter(({ state }) => state === 'running')).toHaveLength(1);
    expect(hosts.filter(({ state }) => state === 'absent')).toHaveLength(1);
  }
});
