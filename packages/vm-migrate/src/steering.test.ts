import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import {
  failure,
  result,
  startXfrd,
  testOnTwoHosts,
  unchangedInTheEnd,
  until,
  unchanged,
  waitForTicks,
  type TestHost,
  type ToolEvent,
} from '@vm-tools/xen-sim/testing';

const BUSY = 'cmdline=sim.tick=20ms sim.dirty=32M/s sim.set=1M';

interface Started {
  readonly id: string;
  readonly events: readonly ToolEvent[];
  readonly seen: (is: (event: ToolEvent) => boolean) => Promise<unknown>;
  /** exit status and what it has printed */
  readonly ended: Promise<{ readonly status: number; readonly printed: Record<string, unknown> }>;
  kill(): Promise<void>;
}

/** Runs vm-migrate, and knows its transfer. */
async function started(host: TestHost, line: string): Promise<Started> {
  const child = host.spawn(`exec ${line} --json`);
  const events: ToolEvent[] = [];
  createInterface({ input: child.stderr }).on('line', (each) => events.push(JSON.parse(each) as ToolEvent));
  const ended = Promise.all([child.exited, text(child.stdout)]).then(([status, printed]) => ({
    status,
    printed: JSON.parse(printed || '{}') as Record<string, unknown>,
  }));
  const seen: Started['seen'] = (is) => until(() => events.find(is));
  const began = await until(() => events.find(({ type }) => type === 'began'));
  return { id: began['id'] as string, events, seen, ended, kill: () => child.kill('SIGKILL') };
}

const inPhase =
  (phase: string) =>
  (event: ToolEvent): boolean =>
    event['phase'] === phase;

interface Listed {
  readonly id: string;
  readonly role: string;
  readonly figures?: { readonly status: string; readonly transferred: number };
  readonly settings?: Record<string, unknown>;
}

testOnTwoHosts('a transfer is seen, watched and steered on both hosts', async (a, b) => {
  await createGuest(a, 'slow', 'type=pv');
  await using xfrd = await startXfrd(b);
  // So slow that it is not through before the slowest machine has asked all of this.
  const moving = await started(a, `vm-migrate slow ${xfrd.endpoint} --bwlimit 64`);
  await moving.seen(inPhase('stop-and-copy'));
  const short = moving.id.slice(0, 8);
  const [here] = await result<Listed[]>(a, 'vm-migrate list');
  expect(here).toMatchObject({
    id: moving.id,
    role: 'source',
    figures: { status: 'stop-and-copy', throughput: expect.any(Number) },
    settings: { bwlimit: '64 B/s' },
  });
  expect(await a.run('vm-migrate list')).toMatch(new RegExp(`^${short} .* stop-and-copy \\d+%, .*B/s`, 'm'));
  expect(await a.run('vm-migrate list -o name')).toBe(`${moving.id}\n`);
  expect(await a.run('vm-migrate list -o wide')).toMatch(new RegExp(`^${short} .* ${moving.id}$`, 'm'));
  const there = await result<Listed>(b, `vm-migrate status ${short}`);
  expect(there).toMatchObject({ id: moving.id, role: 'target', figures: { status: 'receiving' } });

  // On the target it is xfrd's, whatever its transfer comes to.
  for (const option of ['', ' --check'])
    expect(await failure(b, `vm-migrate slow c.example${option}`)).toMatchObject({
      status: 2,
      error: { code: 'XFR_GUEST_BUSY', details: { holder: { command: 'xfrd' } } },
    });

  const looking = b.exec(`vm-migrate status ${short} --watch --json`);
  // A reader that has seen enough ends the looking, and not the transfer.
  const first = await b.run(`vm-migrate status ${short} --watch --json 2>&1 >/dev/null | head -1`);
  expect(JSON.parse(first)).toHaveProperty('type');
  const refused = await failure(b, `vm-migrate set ${short} --max-downtime 500`);
  expect(refused).toMatchObject({ status: 2, error: { code: 'XFR_NOT_HERE', hint: expect.any(String) } });
  const nonsense = await failure(a, `vm-migrate set ${short} --bwlimit fast`);
  expect(nonsense).toMatchObject({ status: 2, error: { code: 'RATE_SYNTAX' } });
  expect(await failure(a, `vm-migrate set ${short}`)).toMatchObject({ status: 2, error: { code: 'USAGE' } });
  const timetable = '00:00,96 B/s 12:00,128 B/s';
  await result(a, `vm-migrate set ${short} --bwlimit "${timetable}"`);
  expect(await b.run(`vm-migrate set ${short} --bwlimit 5M`)).toBe('slow: bwlimit 5 MiB/s\n');
  expect(await a.run(`vm-migrate status ${short}`)).toContain(`bwlimit ${timetable}`);
  await moving.seen(({ type, bwlimit }) => type === 'changed' && bwlimit === timetable);
  await result(a, `vm-migrate cancel ${short}`);
  expect(await moving.ended).toMatchObject({ status: 8, printed: { error: { code: 'XFR_CANCELLED' } } });
  const watched = await looking;
  expect(watched).toMatchObject({ code: 0, stdout: expect.stringContaining('XFR_PEER_ABORTED') });
  const lines = watched.stderr.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as ToolEvent)['type'])).toEqual(
    expect.arrayContaining(['began', 'phase', 'progress', 'changed', 'failed']),
  );
  await waitForTicks(a, 'slow');
});

testOnTwoHosts('a new rate lets a slow transfer end', async (a, b) => {
  await createGuest(a, 'slow', 'type=pv');
  await using xfrd = await startXfrd(b);
  const moving = await started(a, `vm-migrate slow ${xfrd.endpoint} --bwlimit 64`);
  await moving.seen(inPhase('stop-and-copy'));
  await result(a, `vm-migrate set ${moving.id} --bwlimit off`);
  expect(await moving.ended).toMatchObject({ status: 0, printed: { name: 'slow' } });
  await waitForTicks(b, 'slow');
  expect(await result<Listed[]>(a, 'vm-migrate list')).toEqual([]);
  expect(await readdir(join(a.simulated.root, 'run/vm-tools/transfers'))).toEqual([]);
});

for (const [side, phase] of [
  ['source', 'reserving'],
  ['source', 'precopy'],
  ['source', 'suspending'],
  ['source', 'stop-and-copy'],
  ['target', 'precopy'],
  ['target', 'stop-and-copy'],
] as const) {
  testOnTwoHosts(`cancelled on the ${side} (${phase}), it runs here and is not there`, async (a, b) => {
    await createGuest(a, 'kept', BUSY);
    await using xfrd = await startXfrd(b);
    if (phase === 'reserving') b.simulated.faults.add({ call: 'domainCreate', delayMs: 1000 });
    await unchangedInTheEnd(b, () =>
      unchanged(a, async () => {
        const how = '--bwlimit 1M --max-rounds 1 --stop-and-copy-bwlimit 64';
        const moving = await started(a, `vm-migrate kept ${xfrd.endpoint} ${how}`);
        await moving.seen(inPhase(phase));
        await result(side === 'source' ? a : b, `vm-migrate cancel ${moving.id}`);
        const code = side === 'source' ? 'XFR_CANCELLED' : 'XFR_PEER_ABORTED';
        const guest = { state: expect.stringContaining('running') };
        expect(await moving.ended).toMatchObject({
          status: 8,
          printed: { error: { code, kind: 'aborted-safe', guest } },
        });
      }),
    );
    await waitForTicks(a, 'kept');
  });
}

testOnTwoHosts('once it belongs to the other host, a cancel says that it is too late', async (a, b) => {
  await createGuest(a, 'gone', 'type=pv');
  await using xfrd = await startXfrd(b);
  b.simulated.faults.add({ call: 'domainUnpause', delayMs: 4000 });
  const moving = await started(a, `vm-migrate gone ${xfrd.endpoint}`);
  await moving.seen(inPhase('starting'));
  const late = await Promise.all([a, b].map((host) => failure(host, `vm-migrate cancel ${moving.id}`)));
  for (const refused of late)
    expect(refused).toMatchObject({ status: 1, error: { code: 'XFR_TOO_LATE', hint: expect.any(String) } });
  expect(await moving.ended).toMatchObject({ status: 0 });
  await waitForTicks(b, 'gone');
  const over = await failure(a, `vm-migrate cancel ${moving.id}`);
  expect(over).toMatchObject({ status: 2, error: { code: 'XFR_NOT_UNDER_WAY', hint: 'it has ended' } });
  expect(await failure(a, 'vm-migrate cancel feed')).toMatchObject({
    status: 2,
    error: { code: 'XFR_TRANSFER_UNKNOWN' },
  });
});

testOnTwoHosts('the other end can be steered, too, when ssh has started it', async (a, b) => {
  await createGuest(a, 'kept', 'type=pv');
  const remote = `VM_TOOLS_SIM=${(await b.run('echo $VM_TOOLS_SIM')).trim()} VM_TOOLS_HOST=sim:b`;
  const ssh = `#!/bin/sh\\nshift 7\\nexec env ${remote} sh -c "$*"\\n`;
  await a.run(`mkdir bin; printf '%b' '${ssh}' >bin/ssh; chmod +x bin/ssh`);
  const moving = await started(a, 'env PATH=$PWD/bin:$PATH vm-migrate kept ssh://b --bwlimit 1K');
  await moving.seen(inPhase('stop-and-copy'));
  const [there] = await result<Listed[]>(b, 'vm-migrate list');
  expect(there).toMatchObject({ id: moving.id, role: 'target', figures: { status: 'receiving' } });
  await result(b, `vm-migrate cancel ${moving.id}`);
  expect(await moving.ended).toMatchObject({ status: 8, printed: { error: { code: 'XFR_PEER_ABORTED' } } });
  const folder = join(b.simulated.root, 'run/vm-tools/transfers');
  await until(async () => (await readdir(folder)).length === 0);
  await waitForTicks(a, 'kept');
});

testOnTwoHosts('what kill -9 leaves does no harm', async (a, b) => {
  await createGuest(a, 'kept', 'type=pv');
  await using xfrd = await startXfrd(b);
  const moving = await started(a, `vm-migrate kept ${xfrd.endpoint} --bwlimit 1K`);
  await moving.seen(inPhase('stop-and-copy'));
  await moving.kill();
  await moving.ended;
  const folder = join(a.simulated.root, 'run/vm-tools/transfers');
  expect(await readdir(folder)).toEqual([`${moving.id}.sock`]);
  const over = await failure(a, `vm-migrate cancel ${moving.id}`);
  expect(over).toMatchObject({
    status: 2,
    error: { code: 'XFR_NOT_UNDER_WAY', hint: expect.stringContaining('vm-migrate resolve') },
  });
  expect(await readdir(folder)).toEqual([]);
  const [left] = await result<Listed[]>(a, 'vm-migrate list');
  expect(left).toMatchObject({ id: moving.id, state: 'offered' });
  expect(left).not.toHaveProperty('figures');
  await result(a, `vm-migrate resolve ${moving.id}`);
  await waitForTicks(a, 'kept');
});

testOnTwoHosts('given up when the program that wanted it is gone', async (a, b) => {
  await createGuest(a, 'left', 'type=pv');
  await using xfrd = await startXfrd(b);
  await unchangedInTheEnd(b, async () => {
    const line = `vm-migrate left ${xfrd.endpoint} --bwlimit 1K --with-parent --json`;
    const program = a.spawn(`${line} & echo $$ >&2; wait`);
    const [printed, pid] = [text(program.stdout), once(program.stderr, 'data')];
    await xfrd.says('"receiving"');
    process.kill(Number(String(await pid).split('\n')[0]), 'SIGKILL');
    expect(JSON.parse(await printed)).toMatchObject({
      error: { code: 'INTERRUPTED', message: expect.stringMatching(/the process \d+ that has started this/) },
    });
  });
  expect(await a.run('vm-migrate list')).toBe('');
});
