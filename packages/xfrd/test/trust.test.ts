import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { trustEachOther } from '@vm-tools/trust/testing';
import {
  failure,
  listed,
  result,
  startXfrd,
  testOnHost,
  testOnTwoHosts,
  unchanged,
  unchangedInTheEnd,
  waitForTicks,
  type Failure,
  type TestHost,
} from '@vm-tools/xen-sim/testing';
import type { Peer } from '@vm-tools/trust';

/** A migration that comes to nothing: both hosts are as they were, and the guest runs on. */
async function refused(a: TestHost, b: TestHost, line: string): Promise<Failure> {
  const told = await unchangedInTheEnd(b, () => unchanged(a, () => failure(a, line)));
  expect(told.error).toMatchObject({
    hint: expect.any(String),
    guest: { state: expect.stringContaining('running') },
  });
  await waitForTicks(a, line.split(' ')[1] as string);
  return told;
}

testOnTwoHosts('two hosts get to know each other, and a guest moves', async (a, b) => {
  await createGuest(a, 'web1', 'type=pv');
  const missing = await failure(b, 'xfrd --listen tls://127.0.0.1:8002');
  expect(missing).toMatchObject({
    status: 2,
    error: { code: 'XFR_IDENTITY_MISSING', hint: 'make one with xfrd init' },
  });
  const none = await refused(a, b, 'vm-migrate web1 127.0.0.1:1');
  expect(none).toMatchObject({ status: 2, error: { code: 'XFR_IDENTITY_MISSING' } });

  const ofB = (await b.run('xfrd init --name b')).trim();
  await a.run('xfrd init --name a');
  expect(await b.run('xfrd fingerprint')).toBe(`${ofB}\n`);
  await using xfrd = await startXfrd(b, '', 'tls');
  const address = xfrd.endpoint.replace('tls://', ''); // a host alone means TLS

  const unknown = await refused(a, b, `vm-migrate web1 ${address}`);
  const command = `xfrd trust b 127.0.0.1 --fingerprint ${ofB}`;
  expect(unknown).toMatchObject({
    status: 6,
    error: { code: 'XFR_PEER_UNKNOWN', hint: expect.stringContaining(command) },
  });
  const first = await failure(a, `xfrd trust b ${address}`);
  expect(first).toMatchObject({ status: 2, error: { code: 'XFR_PEER_FINGERPRINT', details: { command } } });
  expect(await result(a, 'xfrd peers')).toEqual([]);
  await a.run(command);

  const stranger = await refused(a, b, `vm-migrate web1 ${address}`);
  expect(stranger).toMatchObject({
    status: 6,
    error: { code: 'XFR_PEER_ABORTED', details: { remoteCode: 'XFR_PEER_UNKNOWN' } },
  });
  await b.run(/xfrd trust a --fingerprint \S+/.exec(stranger.error.hint ?? '')?.[0] ?? 'false');

  const moved = await result<{ warnings: unknown[] }>(a, `vm-migrate web1 ${address}`);
  expect(moved).toMatchObject({ name: 'web1', warnings: [] });
  await waitForTicks(b, 'web1');
  expect(xfrd.log()).toContain('"who":"a"');
});

testOnTwoHosts('what a peer may do is said, and changed while xfrd runs', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await createGuest(a, 'web1', 'memory=64');
  await using xfrd = await startXfrd(b, '', 'tls');
  const line = `vm-migrate web1 ${xfrd.endpoint}`;
  const notAllowed = { code: 'XFR_PEER_REJECTED', details: { remoteCode: 'XFR_PEER_NOT_ALLOWED' } };

  for (const [rule, message] of [
    ['--allow-names db,mail-*', 'web1 is none of the domains that a may send'],
    [
      '--allow-names web-*,web1 --max-memory 32',
      'web1 may grow to 65 MiB, and a may send guests of 32 MiB at most',
    ],
    ['--max-memory 80 --live no', 'a may not send such'],
    ['--live yes --may-send no', 'a may send no guests'],
  ]) {
    await b.run(`xfrd trust a ${rule}`);
    const { status, error } = await refused(a, b, line);
    expect({ rule, status, error }).toMatchObject({ rule, status: 6, error: notAllowed });
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/^change the rule "[a-zA-Z]+" .*: xfrd trust a$/);
  }
  await b.run('xfrd trust a --may-send yes');
  await a.run('xfrd trust b --may-receive no');
  const here = await refused(a, b, line);
  expect(here).toMatchObject({
    status: 6,
    error: { code: 'XFR_PEER_NOT_ALLOWED', details: { rule: 'mayReceive' } },
  });

  await a.run('xfrd trust b --may-receive yes');
  await result(a, line);
  await waitForTicks(b, 'web1');
});

testOnTwoHosts('one at a time: the next is told to come later', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await Promise.all([createGuest(a, 'one'), createGuest(a, 'two', 'type=pv')]);
  await b.run('xfrd trust a --max-concurrent 1');
  await using xfrd = await startXfrd(b, '', 'tls');
  b.simulated.faults.add({ call: 'domainRestore', delayMs: 8_000 });
  const first = result(a, `vm-migrate one ${xfrd.endpoint}`);
  await xfrd.says('"receiving"');
  const second = await failure(a, `vm-migrate two ${xfrd.endpoint}`);
  expect(second).toMatchObject({
    status: 5,
    error: { details: { remoteCode: 'XFR_PEER_NOT_ALLOWED' }, hint: expect.stringContaining('try again') },
  });
  await first;
  await result(a, `vm-migrate two ${xfrd.endpoint}`);
});

testOnTwoHosts(
  'what lives here of a peer counts, also when it has been started anew, until it has gone',
  async (a, b) => {
    await trustEachOther(a.simulated, b.simulated);
    await Promise.all([createGuest(a, 'one'), createGuest(a, 'two')]);
    await b.run('xfrd trust a --max-domains 1');
    await using xfrd = await startXfrd(b, '', 'tls');
    const { uuid } = await result(a, `vm-migrate one ${xfrd.endpoint}`);
    const second = await failure(a, `vm-migrate two ${xfrd.endpoint}`);
    expect(second).toMatchObject({
      status: 5,
      error: { details: { remoteCode: 'XFR_PEER_NOT_ALLOWED' }, hint: expect.stringContaining('has left') },
    });
    await result(b, 'vm-destroy one');
    await createGuest(b, 'one', `uuid=${uuid}`);
    expect(await failure(a, `vm-migrate two ${xfrd.endpoint}`)).toMatchObject({ status: 5 });
    await result(b, 'vm-destroy one');
    await result(a, `vm-migrate two ${xfrd.endpoint}`);
  },
);

testOnTwoHosts('who is forgotten, or has another key, comes in no more', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await createGuest(a, 'web1', 'type=pv');
  await using xfrd = await startXfrd(b, '', 'tls');
  const line = `vm-migrate web1 ${xfrd.endpoint}`;
  await a.run('xfrd init --new-key --name a');
  expect(await refused(a, b, line)).toMatchObject({
    status: 6,
    error: { code: 'XFR_PEER_ABORTED', details: { remoteCode: 'XFR_PEER_UNKNOWN' } }, // b does not say which peers it knows
  });
  await xfrd.says('XFR_PEER_KEY_CHANGED');
  await b.run('xfrd forget a');
  expect(await refused(a, b, line)).toMatchObject({ error: { details: { remoteCode: 'XFR_PEER_UNKNOWN' } } });
  await b.run(`xfrd trust a --fingerprint ${(await a.run('xfrd fingerprint')).trim()}`);

  await b.run('xfrd init --new-key --name b');
  await xfrd.signal('SIGHUP');
  await xfrd.says('"reloaded"');
  expect(await refused(a, b, line)).toMatchObject({ status: 6, error: { code: 'XFR_PEER_KEY_CHANGED' } });

  await b.run(`rm ${b.simulated.root}/etc/vm-tools/identity.crt`);
  await xfrd.signal('SIGHUP');
  await xfrd.says('XFR_IDENTITY_MISSING');
  await a.run('xfrd forget b');
  await a.run(/xfrd trust b .*/.exec((await failure(a, line)).error.hint ?? '')?.[0] ?? 'false');
  await result(a, line); // the one that was stays
  await waitForTicks(b, 'web1');
});

testOnTwoHosts('plain and encrypted do not mix, and each says so', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await createGuest(a, 'web1', 'type=pv');
  await using plain = await startXfrd(b, '', 'tcp');
  await using secure = await startXfrd(b, '', 'tls');
  const toPlain = await refused(a, b, `vm-migrate web1 ${plain.endpoint.replace('tcp', 'tls')}`);
  const toSecure = await refused(a, b, `vm-migrate web1 ${secure.endpoint.replace('tls', 'tcp')} --insecure`);
  expect(toPlain).toMatchObject({ status: 6, error: { code: 'XFR_TLS_PLAIN' } });
  expect(toSecure).toMatchObject({ status: 6, error: { details: { remoteCode: 'XFR_TLS_PLAIN' } } });
});

testOnHost('peers are added, limited, listed and forgotten', async (host) => {
  const fingerprint = (await host.run('xfrd init')).trim();
  expect(await host.run('xfrd init --renew')).toBe(`${fingerprint}\n`);
  expect(await failure(host, 'xfrd init')).toMatchObject({
    status: 2,
    error: { code: 'XFR_IDENTITY_EXISTS' },
  });
  const words = `--allow-names 'web-*, db' --max-memory 512 --max-concurrent 2 --max-domains 9 --max-total-memory 4G --live no`;
  await host.run(`xfrd trust b 10.0.0.2 --fingerprint ${fingerprint} ${words}`);
  await host.run('xfrd trust b b.example:8003 --may-receive no');
  const rules = {
    hosts: ['10.0.0.2', 'b.example'],
    domains: ['web-*', 'db'],
    maxMemoryMib: 512,
    maxConcurrent: 2,
    maxDomains: 9,
    maxTotalMemoryMib: 4096,
    live: false,
    maySend: true,
    mayReceive: false,
  };
  expect(await result<Peer[]>(host, 'xfrd peers')).toEqual([{ name: 'b', fingerprint, ...rules }]);
  expect(await host.run('xfrd peers')).toContain(
    'send web-* db, 512 MiB at most, 2 at once, 9 here, 4096 MiB here together, not live',
  );
  await host.run('xfrd trust c --certificate-name c.example --may-send no --may-receive no');
  expect(await host.run('xfrd peers -o name')).toBe('b\nc\n');
  expect(JSON.parse(await host.run('xfrd peers -o json'))).toEqual(await result(host, 'xfrd peers'));
  expect(await host.run('xfrd peers')).toMatch(/^c +certificate of c\.example +- +nothing$/m);
  for (const name of ['b', 'c']) await host.run(`xfrd forget ${name}`);
  expect(await host.run('xfrd peers')).toBe('');
  for (const [line, code] of [
    ['xfrd forget b', 'XFR_PEER_UNKNOWN_NAME'],
    ['xfrd trust b', 'XFR_PEER_FINGERPRINT'],
    ['xfrd trust b ssh://b', 'XFR_ENDPOINT_TRANSPORT'],
    ['xfrd trust ../b --fingerprint x', 'XFR_PEER_FILE'],
    ['xfrd trust b --fingerprint x', 'XFR_PEER_FILE'],
    ['xfrd --listen ssh://b', 'XFR_ENDPOINT_TRANSPORT'],
  ]) {
    const { status, error } = await failure(host, line as string);
    expect({ status, code: error.code, hint: error.hint }).toEqual({
      status: 2,
      code,
      hint: expect.any(String),
    });
  }
});

testOnTwoHosts('a unix socket carries it, also one that a dead xfrd has left', async (a, b) => {
  await createGuest(a, 'web1', 'type=pv');
  const socket = `unix://${b.folder}/xfrd.sock`;
  const dead = await startXfrd(b, `--listen ${socket}`);
  await dead.kill();
  await using xfrd = await startXfrd(b, `--listen ${socket}`);
  expect(xfrd.log()).toContain(socket);
  expect(await failure(b, `xfrd --listen ${socket}`)).toMatchObject({ error: { code: 'XFR_LISTEN' } });
  expect((await result<{ warnings: unknown[] }>(a, `vm-migrate web1 ${socket}`)).warnings).toEqual([]);
  await waitForTicks(b, 'web1');
});

testOnTwoHosts('ssh starts the other end, and its words come with the error', async (a, b) => {
  await createGuest(a, 'web1', 'type=pv');
  const [home] = (await b.run('echo $VM_TOOLS_SIM')).split('\n');
  const remote = `VM_TOOLS_SIM=${home} VM_TOOLS_HOST=sim:b SSH_CONNECTION="10.0.0.1 4711 10.0.0.2 22"`;
  const ssh = `#!/bin/sh\\nshift 7\\nexec env ${remote} sh -c "$*"\\n`;
  await a.run(`mkdir bin; printf '%b' '${ssh}' >bin/ssh; chmod +x bin/ssh`);
  const migrate = (more = ''): string => `PATH=$PWD/bin:$PATH vm-migrate web1 ssh://b${more}`;
  const absent = await failure(a, migrate('/no/xfrd'));
  expect(absent).toMatchObject({
    status: 6,
    error: { code: 'XFR_SSH', log: [expect.stringContaining('/no/xfrd')] },
  });
  expect((await result<{ warnings: unknown[] }>(a, migrate())).warnings).toEqual([]);
  await waitForTicks(b, 'web1');
  const [transfer] = await result<{ peer: string }[]>(b, 'vm-migrate list --all');
  expect(transfer?.peer).toBe('tls://10.0.0.1:4711');
  expect(await listed(b, 'web1')).toMatchObject({ type: 'pv' });
});
