import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
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
import { command } from './options.ts';

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

testOnHost('in the form that is asked for', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=one');
  const other = await addForeignDomain(host, 'a/b');
  await host.run('vm-autostart on one --order 10');
  const wide = (await host.run('vm-list -o wide')).trimEnd().split('\n');
  expect(wide[0]).toMatch(/^Name +ID .* UUID +Max\(MiB\) +Started +Autostart$/);
  expect(wide[1]).toMatch(/^Domain-0 .* - +-$/);
  expect(wide[2]).toMatch(new RegExp(`^one .* ${uuid} +4 +\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z +10$`));
  expect(await host.run('vm-list -o table')).toMatch(/^Name .* UUID\n/);
  expect(await host.run('vm-list -o name')).toBe(`one\n${other}\n`);
  expect(await host.run('vm-list one -o name')).toBe('one\n');
  const json = JSON.parse(await host.run('vm-list one -o json')) as unknown;
  expect(json).toMatchObject([{ name: 'one', domid }]);
  expect(await host.exec('vm-list absent -o json')).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('"code":"DOMAIN_UNKNOWN"'),
    stderr: '',
  });
});

testOnHost('forms that are none, and two at once', async (host) => {
  for (const line of ['vm-list -o yaml', 'vm-list -o name --names']) {
    const { code, stdout, stderr } = await host.exec(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('[USAGE]');
  }
  expect((await host.exec('vm-list -o yaml')).stderr).toContain('table, wide, json, name');
  const { stdout } = await host.exec('vm-list -o json --nmaes');
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE' } });
});

testOnHost('of several, those that are there stand in one table', async (host) => {
  for (const name of ['one', 'two', 'three']) await result(host, `vm-create polite.cfg name=${name}`);
  const { code, stdout, stderr } = await host.exec('vm-list three absent one three');
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('no domain absent') });
  expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['Name', 'three', 'one', '']);
  expect(await host.run('vm-list two one --names')).toBe('two\none\n');
  const printed = await host.exec('vm-list one absent --json');
  expect(JSON.parse(printed.stdout)).toMatchObject([{ name: 'one' }, { domain: 'absent' }]);
});

testOnHost('names that xl allows are shown escaped, and addressed by domid', async (host) => {
  const evil = 'web\u202egmi.1\u001b[2J\u009b';
  const domid = await addForeignDomain(host, evil);
  const number = await addForeignDomain(host, '42');
  const wide = await addForeignDomain(host, 'サーバー');
  const lines = (await host.run('vm-list')).split('\n');
  const idColumn = lines[0]!.indexOf('ID') + 1;
  expect(lines[2]).toContain('web\\u202egmi.1\\u001b[2J\\u009b ');
  expect(lines[2]!.indexOf(` ${domid} `) + 1).toBe(idColumn);
  expect(lines[4]!.indexOf(` ${wide} `) + 1).toBe(idColumn - 'サーバー'.length); // each takes two cells
  expect(await host.run('vm-list --names')).toBe(`${domid}\n${number}\nサーバー\n`);
  const json = await host.run(`vm-list ${domid} --json`);
  expect(json).not.toMatch(/[\u001b\u009b\u202e]/);
  expect(JSON.parse(json)).toMatchObject([{ domid, name: evil }]);
  const refused = await host.exec(`vm-save ${domid} -o x.img`);
  expect(refused.stderr).toContain('web\\u202egmi.1\\u001b[2J\\u009b');
  expect(refused.stderr).not.toMatch(/[\u001b\u009b\u202e]/);
  const { stderr } = await host.exec(`vm-pause "$(printf 'no\\342\\200\\256such\\033[2J')"`);
  expect(stderr).toContain('there is no domain no\\u202esuch\\u001b[2J on this host');
});

testOnHost('the backup loop of the help works for every name that is allowed', async (host) => {
  const names = [
    'web 1',
    'café',
    'сервер',
    'サーバー 2',
    'خادم',
    '$HOME',
    'a;b',
    'a&b',
    '*',
    '{}',
    '#1',
    '😀',
    '~root',
    '..x',
    'x'.repeat(200),
  ];
  for (const name of names) await result(host, `vm-create polite.cfg 'name=${name}'`);
  const loop = command.examples.find(({ command: line }) => line.includes('--names |'))!.command;
  await host.run(loop);
  expect(await host.run('vm-list --names')).toBe('');
  const images = (await readdir(host.folder)).filter((name) => name.endsWith('.img'));
  expect(images.sort()).toEqual(names.map((name) => `${name}.img`).sort());
  await host.run('for image in ./*.img ./.*.img; do vm-restore "$image" || exit; done');
  expect((await host.run('vm-list --names')).trimEnd().split('\n').sort()).toEqual([...names].sort());
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
  `where there is no Xen, that is said first${isXenHost ? ' [skipped: there is one here]' : ''}`,
  async () => {
    await using host = await startTestHost();
    const { status, error } = await failure(host, 'vm-list --host xen:');
    expect({ status, kind: error.kind }).toEqual({ status: 4, kind: 'no-xen' });
    expect(error.hint).toBeTruthy();
  },
);
