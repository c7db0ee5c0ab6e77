import { expect } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, listenTo, result, testOnHost, type TestHost, until } from '@vm-tools/xen-sim/testing';
import { MESSAGE_IDS } from './message-ids.ts';

/** In the place of logger: keeps what it gets, a file for each entry, or does what `script` says. */
async function installLogger(host: TestHost, script: string): Promise<void> {
  await host.run(`mkdir -p bin entries; cat >bin/logger; chmod +x bin/logger`, {
    input: `#!/bin/sh\n${script}\n`,
  });
}

/** The next number, and the entry under it. */
const KEEP = 'n=$(ls entries | wc -l); cat >entries/$n.new; mv entries/$n.new entries/$n';
const EVENTS = 'PATH=$PWD/bin:$PATH vm-events --journald';

async function entries(host: TestHost): Promise<Readonly<Record<string, string>>[]> {
  const text = await host.run('for n in $(ls entries | sort -n); do cat entries/$n; echo; done');
  const fieldOf = (line: string): readonly [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  };
  const all = text.trimEnd().split('\n\n');
  return all.map((entry) => Object.fromEntries(entry.split('\n').map(fieldOf)));
}

testOnHost('--journald writes each event as an entry, in their order', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=web1');
  await installLogger(host, KEEP);
  const line = `${EVENTS} --initial --json --type created,started,gone web1 --until gone`;
  const watching = host.spawn(`exec env ${line}`);
  const { said } = listenTo(watching);
  await until(async () => (await readdir(join(host.folder, 'entries'))).includes('1'));
  await result(host, 'vm-destroy web1');
  expect(await watching.exited).toBe(0);
  expect(said()).toBe('{"events":3}\n');
  const found = await entries(host);
  expect(found.map(({ VM_EVENT }) => VM_EVENT)).toEqual(['created', 'started', 'gone']);
  expect(found[0]).toEqual({
    MESSAGE: `web1 (${domid}) created with 4 MiB (at the beginning)`,
    MESSAGE_ID: MESSAGE_IDS.created,
    PRIORITY: '6',
    SYSLOG_IDENTIFIER: 'vm-events',
    VM_TIME: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    VM_DOMID: String(domid),
    VM_UUID: uuid,
    VM_DOMAIN: 'web1',
    VM_EVENT: 'created',
    VM_TARGET_KIB: '4096',
    VM_INITIAL: 'true',
  });
  expect(found[2]).toMatchObject({ VM_DOMAIN: 'web1', MESSAGE_ID: MESSAGE_IDS.gone });
});

testOnHost('Ctrl-C ends it behind the entry that is being written', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  await host.run('mkfifo begun go');
  await installLogger(host, `echo begun >begun; read line <go; ${KEEP}`);
  const watching = host.spawn(`exec env ${EVENTS} web1 --initial`);
  await host.run('cat begun');
  await watching.kill('SIGINT');
  await host.run('echo go >go');
  expect(await watching.exited).toBe(0);
  expect(await entries(host)).toMatchObject([{ VM_DOMAIN: 'web1', VM_EVENT: 'created' }]);
});

testOnHost('a logger that fails, or is not there, ends it with what it says', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  await installLogger(host, 'echo "logger: no journal" >&2; exit 1');
  const failed = await failure(host, `${EVENTS} --initial`);
  expect(failed).toMatchObject({ status: 1, error: { code: 'LOGGER_FAILED' } });
  expect(failed.error.message).toContain('logger: no journal');
  await host.run('mkdir -p tools; ln -s $(command -v node) tools/');
  const missing = await host.exec('PATH=$PWD/tools $(command -v vm-events) --journald --initial');
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('[LOGGER_MISSING]') });
});
