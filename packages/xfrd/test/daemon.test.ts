import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from '@jest/globals';
import { untilListening } from '@vm-tools/cli/testing';
import { freePort } from '@vm-tools/lab';
import { createGuest } from '@vm-tools/libdomain/testing';
import { trustEachOther } from '@vm-tools/trust/testing';
import {
  configureXfrd,
  failure,
  listenTo,
  LONG,
  result,
  startXfrd,
  testOnHost,
  testOnTwoHosts,
  unchanged,
  until,
  waitForTicks,
  type LineProcess,
  type TestHost,
} from '@vm-tools/xen-sim/testing';
import { openSockets } from '../src/receiver-process/process/open-sockets.ts';

testOnHost('the configuration is checked, and nothing else is done', async (host) => {
  await unchanged(host, async () => {
    expect(await host.run('xfrd --check-config')).toMatch(/^listen +tls:\/\/0\.0\.0\.0:8002$/m);
  });
  await configureXfrd(host, 'max-concurrent = 2\n[bandwidth]\npeer = "50M"\n');
  await unchanged(host, async () => {
    expect(await result(host, 'xfrd --check-config --bwlimit "08:00,10M 20:00,off"')).toMatchObject({
      file: expect.stringContaining('/etc/vm-tools/xfrd.toml'),
      listen: ['tls://0.0.0.0:8002'],
      insecure: false,
      maxConcurrent: 2,
      bandwidth: { host: '08:00,10 MiB/s 20:00,off', peer: '50 MiB/s', transfer: 'off' },
    });
  });
  await writeFile(
    join(host.folder, 'bad.toml'),
    'insecure = true\nlisten = "tcp://10.0.0.1"\nbandwith = 1\n',
  );
  const [unknown, missing, metrics] = await Promise.all([
    failure(host, 'xfrd --check-config --config bad.toml'),
    failure(host, 'xfrd --config none.toml'),
    failure(host, 'xfrd --metrics http://0.0.0.0:9100'),
  ]);
  expect(unknown).toMatchObject({
    status: 2,
    error: {
      code: 'CONFIG_UNKNOWN_KEY',
      message: 'bad.toml:3:1: unknown key "bandwith"',
      hint: 'did you mean "bandwidth"?',
    },
  });
  expect(missing).toMatchObject({ status: 2, error: { code: 'CONFIG_UNREADABLE' } });
  expect(metrics).toMatchObject({ status: 2, error: { code: 'XFR_METRICS_ADDRESS' } });
});

testOnTwoHosts('it goes on when the reader of its log is gone, and ends as it should', async (a, b) => {
  await createGuest(a, 'web1');
  const port = await freePort();
  const xfrd = b.spawn(`exec xfrd --insecure --listen tcp://127.0.0.1:${port}`);
  await untilListening(xfrd);
  xfrd.stderr.destroy();
  xfrd.stdout.destroy();
  const check = await failure(a, `vm-migrate nosuch tcp://127.0.0.1:${port} --insecure`); // a line that is lost
  expect(check).toMatchObject({ status: 3 });
  await result(a, `vm-migrate web1 tcp://127.0.0.1:${port} --insecure`);
  await waitForTicks(b, 'web1');
  await xfrd.kill('SIGTERM');
  expect(await xfrd.exited).toBe(0);
});

testOnTwoHosts('without encryption it takes --insecure on both hosts', async (a, b) => {
  await createGuest(a, 'web1', 'type=pv');
  await configureXfrd(b, 'listen = "tcp://127.0.0.1:8002"\n');
  const [listening, byFile, sending] = await Promise.all([
    failure(b, 'xfrd --listen tcp://127.0.0.1'),
    failure(b, 'xfrd --check-config'),
    unchanged(a, () => failure(a, 'vm-migrate web1 tcp://127.0.0.1')),
  ]);
  for (const refused of [listening, byFile, sending]) {
    expect(refused).toMatchObject({
      status: 2,
      error: { code: 'XFR_INSECURE', hint: expect.stringContaining('--insecure on both ends') },
    });
  }
  await using xfrd = await startXfrd(b, '', 'tcp');
  await xfrd.says('neither encrypted nor authenticated');
  const moved = await result<{ warnings: unknown }>(a, `vm-migrate web1 ${xfrd.endpoint} --insecure`);
  expect(moved.warnings).toMatchObject([{ code: 'XFR_W_PLAIN' }]);
  await waitForTicks(b, 'web1');
});

/** A line as systemd starts it: `fds` are the sockets that it has opened. */
function underSystemd(host: TestHost, line: string, env: string, fds: readonly number[] = []): LineProcess {
  return host.spawn(`${env} LISTEN_PID=$$ LISTEN_FDS=${fds.length} exec ${line}`, fds);
}

testOnTwoHosts('sockets that systemd has opened: a port speaks TLS, a unix socket does not', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await Promise.all(['web1', 'web2'].map((name) => createGuest(a, name, 'type=pv')));
  const path = join(b.folder, 'activated.sock');
  const sockets = await openSockets([
    { transport: 'tls', host: '127.0.0.1', port: 0 },
    { transport: 'unix', path },
  ]);
  const { port } = sockets.at[0] as { port: number };
  const xfrd = underSystemd(b, 'xfrd', '', sockets.fds);
  sockets[Symbol.dispose](); // they are its own now
  let log = '';
  xfrd.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  await until(() => log.includes(`listening on tls://127.0.0.1:${port}, fd://4`), 'it listens');
  const moved = await result<{ warnings: unknown }>(a, `vm-migrate web1 tls://127.0.0.1:${port}`);
  expect(moved.warnings).toEqual([]);
  await result(a, `vm-migrate web2 unix://${path}`);
  await Promise.all(['web1', 'web2'].map((name) => waitForTicks(b, name)));
  await xfrd.kill('SIGTERM');
  expect(await xfrd.exited).toBe(0);
});

/** The messages that a service manager gets, a line for each datagram; node has none of those. */
const HEARS = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True: print(s.recv(4096).decode().replace("\\n", " "), flush=True)
`;

testOnHost('systemd hears that it is ready, alive, reloading, and ending', async (host) => {
  await writeFile(join(host.folder, 'hears.py'), HEARS);
  const manager = host.spawn('exec python3 hears.py manager.sock');
  const { said, hears } = listenTo(manager);
  await hears(/bound/);
  const environment = 'NOTIFY_SOCKET=$PWD/manager.sock WATCHDOG_USEC=40000';
  const xfrd = underSystemd(host, `xfrd --listen unix://${host.folder}/x.sock`, environment);
  await hears(/WATCHDOG=1\n[^]*READY=1\nSTATUS=listening on unix:\/\/\S+; domains on their way: 0\n/);
  await hears(/READY=1[^]*WATCHDOG=1\nWATCHDOG=1/);
  await xfrd.kill('SIGHUP');
  await hears(/RELOADING=1 MONOTONIC_USEC=\d+\n[^]*READY=1\n/);
  await xfrd.kill('SIGTERM');
  await hears(/STOPPING=1/);
  expect(await xfrd.exited).toBe(0);
  expect(said().match(/^STATUS/gm)).toHaveLength(1);
});

testOnTwoHosts('SIGHUP: new rates and places, and a file that is broken changes nothing', async (a, b) => {
  await Promise.all(['one', 'two'].map((name) => createGuest(a, name, LONG)));
  const SLOW = '[bandwidth]\ntransfer = "1K"\n'; // the image takes hours
  await configureXfrd(b, SLOW);
  await using xfrd = await startXfrd(b);
  const moving = result(a, `vm-migrate one ${xfrd.endpoint}`);
  await xfrd.says('"receiving"');

  await configureXfrd(b, 'max-concurrent = 0\n');
  await xfrd.signal('SIGHUP');
  await xfrd.says('not reloaded: ');
  expect(xfrd.log()).toMatch(/"level":"error","message":"not reloaded: \S+xfrd\.toml:1:1: max-concurrent /);

  await configureXfrd(b, `max-concurrent = 1\n${SLOW}[timeouts]\nlease = 30\n`);
  await xfrd.signal('SIGHUP');
  await xfrd.says('timeouts: changed in the file, and holds after a restart');
  expect(await failure(a, `vm-migrate two ${xfrd.endpoint}`)).toMatchObject({
    status: 5,
    error: { details: { remoteCode: 'XFR_BUSY' } },
  });
  await configureXfrd(b, 'bandwidth.transfer = "off"\n');
  await xfrd.signal('SIGHUP');
  await moving;
  await waitForTicks(b, 'one');
  await result(a, `vm-migrate two ${xfrd.endpoint}`);
});

testOnTwoHosts('each line of the log tells who, and which transfer', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await createGuest(a, 'web1', 'type=pv');
  await using xfrd = await startXfrd(b, '', 'tls');
  await result(a, `vm-migrate web1 ${xfrd.endpoint}`);
  await xfrd.says('"completed"');
  const [{ id } = { id: '' }] = await result<{ id: string }[]>(a, 'vm-migrate list --all');
  const lines = xfrd.log().split('\n').filter((line) => line.startsWith('{"type":"log"')); // prettier-ignore
  const ofSession = lines.map((line) => JSON.parse(line) as { session?: number; message: string });
  const told = ofSession.filter(({ session, message }) => session === 1 && message !== 'connected');
  expect(told.length).toBeGreaterThan(3);
  for (const line of told.filter(({ message }) => message !== 'connecting' && message !== 'reserving')) {
    expect(line).toMatchObject({ who: 'a', transfer: id, name: 'web1', peer: expect.stringMatching(/^127/) });
  }
});

async function scrape(path: string, url = '/metrics'): Promise<{ status: number; body: string }> {
  const asked = request({ socketPath: path, path: url }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

testOnTwoHosts('Prometheus reads what came, and what was refused', async (a, b) => {
  await createGuest(a, 'web1', 'type=pvh');
  const path = join(b.simulated.root, 'run/vm-tools/xfrd-metrics.sock');
  await using xfrd = await startXfrd(b, '--metrics on');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await scrape(path, '/')).toMatchObject({ status: 404 });
  expect((await scrape(path)).body).toContain('xfrd_places 4\n');
  const { transferred } = await result(a, `vm-migrate web1 ${xfrd.endpoint}`);
  await createGuest(a, 'web1', 'type=pvh');
  expect(await failure(a, `vm-migrate web1 ${xfrd.endpoint}`)).toMatchObject({ status: 2 });
  await xfrd.says('DOMAIN_NAME_TAKEN');
  const { status, body } = await scrape(path);
  expect(status).toBe(200);
  expect(body).toContain(`xfrd_transferred_bytes_total{peer="unknown"} ${transferred}\n`);
  expect(body).toContain('xfrd_transfers_completed_total{peer="unknown"} 1\n');
  expect(body).toContain('xfrd_downtime_seconds_count 1\n');
  expect(body).toContain('xfrd_dirty_sync_count_count 1\n');
  expect(body).toContain('xfrd_failures_total{code="DOMAIN_NAME_TAKEN"} 1\n');
  expect(body).toContain('xfrd_transfers{state="receiving"} 0\n');
});

testOnTwoHosts('SIGTERM waits for what is on its way, and a second one does not', async (a, b) => {
  await createGuest(a, 'kept', LONG);
  const xfrd = await startXfrd(b);
  const moving = failure(a, `vm-migrate kept ${xfrd.endpoint} --bwlimit 1M`);
  await xfrd.says('"receiving"');
  await xfrd.signal('SIGTERM');
  await xfrd.says('waiting for transfers under way');
  await xfrd.signal('SIGTERM');
  expect(await xfrd.exited).toBe(143);
  expect(await moving).toMatchObject({ error: { code: 'XFR_CONNECTION_LOST' } });
  await waitForTicks(a, 'kept');
});
