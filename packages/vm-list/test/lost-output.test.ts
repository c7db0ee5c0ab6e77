import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { listed, testOnHost, type TestHost } from '@vm-tools/xen-sim/testing';

/** The status and the words of a tool whose stdout is a full disk, or a pipe without a reader. */
async function intoNothing(host: TestHost, line: string, where: '>/dev/full' | '| true') {
  const { stderr } = await host.exec(`{ ${line}; echo "status $?" >&2; } ${where}`);
  const [status = '', ...said] = stderr.trimEnd().split('\n').reverse();
  return { status, said: said.reverse() };
}

testOnHost(
  'a list that cannot be printed is one line and a hint, and quiet when its reader is gone',
  async (host) => {
    for (const line of ['vm-list', 'vm-list --help', 'vm-migrate list --all --json', 'xfrd --check-config']) {
      const full = await intoNothing(host, line, '>/dev/full');
      expect({ line, ...full }).toMatchObject({ line, status: 'status 5' });
      expect(full.said.join('\n')).toContain('the result could not be written: ENOSPC');
      expect(full.said.join('\n')).toContain('OUTPUT_LOST');
      expect(full.said.length).toBeLessThanOrEqual(2);
      const unread = await intoNothing(host, line, '| true');
      // The part that fits into the pipe before `true` has ended is written.
      expect(['status 141', 'status 0']).toContain(unread.status);
      expect(unread.said).toEqual([]);
    }
  },
);

testOnHost('what is done although its result is lost is told as both', async (host) => {
  const full = await intoNothing(host, 'vm-create polite.cfg name=web1', '>/dev/full');
  const { domid } = await listed(host, 'web1');
  expect(full.status).toBe('status 5');
  expect(full.said.slice(-2)).toEqual([
    expect.stringMatching(/^vm-create: all has been done, but the result could not be written: ENOSPC/),
    `hint: it was: ${domid}`,
  ]);
  const { status, said } = await intoNothing(host, 'vm-pause web1 --json', '>/dev/full');
  expect(status).toBe('status 5');
  expect(said.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      type: 'error',
      error: { code: 'OUTPUT_LOST', retry: 'after-fix', details: { result: { domid, state: 'paused' } } },
    },
  ]);
});

testOnHost('a failure keeps its status, and is told on stderr when stdout is lost', async (host) => {
  const { status, said } = await intoNothing(host, 'vm-list nosuch --json', '>/dev/full');
  expect(status).toBe('status 3');
  expect(said.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { type: 'error', error: { code: 'DOMAIN_UNKNOWN' } },
  ]);
  for (const [line, expected] of [
    ['vm-list nosuch', 3],
    ['vm-list', 0],
    ['vm-save nosuch -o x.img -vv', 3],
  ] as const) {
    expect({ line, code: (await host.exec(`${line} 2>/dev/full`)).code }).toEqual({ line, code: expected });
  }
});

testOnHost('a console whose reader is gone ends', async (host) => {
  await createGuest(host, 'web1');
  const full = await intoNothing(host, 'vm-console web1', '>/dev/full');
  expect(full.status).toBe('status 5');
  const unread = await intoNothing(host, 'vm-console web1', '| true');
  expect(unread.status).toBe('status 1');
  expect(unread.said.join('\n')).toContain('OUTPUT_LOST');
  await host.run('vm-create polite.cfg name=silent cmdline=sim.tick=off'); // nothing is ever written
  const silent = await intoNothing(host, 'vm-console silent', '| true');
  expect(silent.status).toBe('status 1');
});
