import { describe, expect, test } from '@jest/globals';
import { createMessages } from '@vm-tools/cli';
import { checkResult, listenTo, result, testOnHost } from '@vm-tools/xen-sim/testing';
import { draw } from './screen.ts';

interface Look {
  readonly at: string;
  readonly domains: readonly Readonly<Record<string, unknown>>[];
}

const looksOf = (text: string): Look[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Look);

testOnHost('--json is a line for each look, with the same fields in each', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  const looks = looksOf(await host.run('vm-top --json -i 20ms -n 3 --sort domid'));
  expect(looks).toHaveLength(3);
  for (const look of looks) await checkResult('vm-top', look);
  const [first, second] = looks.map(({ domains }) => domains.find(({ name }) => name === 'web1'));
  expect(first).toEqual({
    domid: expect.any(Number),
    uuid: expect.any(String),
    name: 'web1',
    state: 'blocked',
    vcpus: 1,
    cpuSeconds: expect.any(Number),
    cpuTimeSeconds: expect.any(Number),
    memoryKib: expect.any(Number),
    maxMemoryKib: expect.any(Number),
    memoryPercent: expect.any(Number),
    networks: 0,
    networkReceivedBytes: 0,
    networkSentBytes: 0,
    disks: 0,
    diskReads: 0,
    diskWrites: 0,
    diskReadSectors: 0,
    diskWrittenSectors: 0,
    cpuPercent: null,
    networkReceivedBytesPerSecond: null,
    networkSentBytesPerSecond: null,
    diskReadsPerSecond: null,
    diskWritesPerSecond: null,
  });
  expect(Object.keys(second ?? {})).toEqual(Object.keys(first ?? {}));
  expect(second).toMatchObject({ cpuPercent: expect.any(Number), diskReadsPerSecond: 0 });
});

testOnHost('without a terminal tables come one below the other', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  const once = await host.run('vm-top --once --sort name');
  expect(once.split('\n')).toEqual([
    expect.stringMatching(
      /^2 domains: 1 running, 1 blocked; 4 CPUs at \d+ MHz; 8192 MiB of memory, \d+ MiB free$/,
    ),
    expect.stringMatching(/^Name +ID  State +CPU\(s\)  CPU\(%\)/),
    expect.stringMatching(/^Domain-0 +0  running/),
    expect.stringMatching(/^web1 +\d+  blocked +\d+\.\d +- +1 +4 +0\.0( +0){6}$/),
    '',
  ]);
  const twice = await host.run('vm-top -n 2 -i 10ms');
  expect(twice.match(/^2 domains/gm)).toHaveLength(2);
  expect(twice).not.toMatch(/\u001b/);
  const { code, stderr } = await host.exec('vm-top --once -n 2');
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--once') });
});

testOnHost('a signal ends it, and so does its reader', async (host) => {
  const top = host.spawn('exec vm-top --json -i 10ms');
  const { said, hears } = listenTo(top);
  await hears(/\n.*\n/);
  await top.kill('SIGINT');
  expect(await top.exited).toBe(0);
  looksOf(said());
  expect(await host.exec('vm-top -i 10ms | head -1')).toMatchObject({ code: 0, stderr: '' });
});

testOnHost('on a terminal it draws in place until q, and gives the screen back', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  const top = await host.spawnOnTerminal('vm-top -i 10ms');
  const { said, hears } = listenTo(top);
  await hears(/web1[^]*\u001b\[H[^]*web1/);
  top.stdin.write('q');
  expect(await top.exited).toBe(0);
  expect(said()).toMatch(/^\u001b\[\?1049h\u001b\[\?25l/);
  expect(said()).toMatch(/\u001b\[\?25h\u001b\[\?1049l$/);
  const again = await host.spawnOnTerminal('vm-top -i 1h');
  await listenTo(again).hears(/web1/);
  again.stdin.write('\u0003');
  expect(await again.exited).toBe(0);
});

describe('a terminal that is too small', () => {
  const { colours } = createMessages({ program: 'vm-top', stream: { write: () => true } });
  const rows = { summary: 'four', heading: 'Name', domains: ['a', 'b', 'c', 'd'] };
  const lines = (terminal: { rows?: number }): string[] =>
    draw(rows, colours, terminal)
      .replaceAll(/\u001b\[[HKJ]/g, '')
      .split('\r\n');

  test('has the domains that come first', () => {
    expect(lines({ rows: 7 })).toEqual(['four', '', 'Name', 'a', 'b', 'c', 'd']);
    expect(lines({ rows: 6 })).toEqual(['four', '', 'Name', 'a', 'b', '… and 2 more']);
    expect(lines({ rows: 4 })).toEqual(['four', '', 'Name', '… and 4 more']);
    expect(lines({ rows: 2 })).toEqual(['four', '', 'Name']);
    expect(lines({})).toHaveLength(7);
  });
});
