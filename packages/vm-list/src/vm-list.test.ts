import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import {
  addForeignDomain,
  failure,
  listed,
  result,
  startTestHost,
  testOnHost,
  testRefusals,
  type Result,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-list ${domain}`);

testOnHost('lists all domains, one, or only names', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=one vcpus=2');
  await result(host, 'vm-create polite.cfg name=two type=pv memory=24 --paused');
  const other = await addForeignDomain(host, '');

  const table = (await host.run('vm-list')).split('\n');
  expect(table[0]).toMatch(/^Name +ID +Type +State +Mem\(MiB\) +VCPUs +Time\(s\) +UUID$/);
  expect(table[1]).toMatch(/^Domain-0 +0 +pv +running /);
  expect(table[2]).toMatch(new RegExp(`^one +${domid} +pvh +(running|blocked) +4 +2 +\\d+\\.\\d +${uuid}$`));
  expect(table[3]).toMatch(/^two +2 +pv +paused +24 +1 /);
  expect(table[4]).toMatch(new RegExp(`^- +${other} +unknown +paused `));
  expect(await host.run('vm-list --names')).toBe('one\ntwo\n');
  expect((await result<Result[]>(host, 'vm-list')).map(({ name }) => name)).toEqual([
    'Domain-0',
    'one',
    'two',
    '',
  ]);
  expect(await listed(host, uuid)).toMatchObject({ domid, name: 'one', vcpus: 2, maxMemoryKib: 4 * 1024 });
});

testOnHost('a host without domains, a reader that goes away, an option that is none', async (host) => {
  expect(await host.run('vm-list --names')).toBe('');
  const { code, stderr } = await host.exec('{ vm-list; echo $? >&2; } | true');
  expect({ code, stderr: stderr.trim() }).toEqual({ code: 0, stderr: expect.stringMatching(/^(0|141)$/) });
  const wrong = await failure(host, 'vm-list --nmaes');
  expect(wrong).toMatchObject({ status: 2, error: { code: 'USAGE', hint: 'try vm-list --help' } });
  expect(wrong.error.message).toContain('--names');
});

const isXenHost = existsSync('/dev/xen/privcmd');
(isXenHost ? test.skip : test)(
  'where there is no Xen, that is said first',
  async () => {
    await using host = await startTestHost();
    const { status, error } = await failure(host, 'vm-list --host xen:');
    expect({ status, kind: error.kind }).toEqual({ status: 4, kind: 'no-xen' });
    expect(error.hint).toBeTruthy();
  },
  30_000,
);
