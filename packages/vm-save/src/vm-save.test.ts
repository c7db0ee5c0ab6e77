import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { patient } from '@vm-tools/ratelimit/testing';
import {
  addForeignDomain,
  failure,
  interrupt,
  listed,
  listenTo,
  result,
  state,
  testOnHost,
  testRefusals,
  unchanged,
  until,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-save ${domain} -o x.img`);

async function images({ folder }: TestHost): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.includes('.img'));
}

/** Writes 32 MiB a second, so that there is something to copy in each round. */
const BUSY = 'cmdline=sim.tick=20ms sim.dirty=32M/s sim.set=1M';

testOnHost('a domain is written to a file of its owner alone, and is gone from the host', async (host) => {
  const before = await state(host);
  const { domid } = await createGuest(host, 'web1', 'type=pv');
  const saved = await result(host, 'vm-save web1 -o web1.img');
  expect(saved).toMatchObject({ domid, name: 'web1', file: 'web1.img', iterations: 1 });
  const { mode } = await stat(join(host.folder, 'web1.img'));
  expect(mode & 0o777).toBe(0o600);
  await host.run('rm web1.img');
  expect(await state(host)).toEqual(before);
});

testOnHost('-z compresses it, and vm-restore takes it as it is, as a file and in a pipe', async (host) => {
  await createGuest(host, 'web1', 'type=pvh');
  await waitForTicks(host, 'web1');
  const plain = await result(host, 'vm-save web1 -o web1.img -c');
  const packed = await result(host, 'vm-save -z web1 -o packed.img.zst -c');
  expect(packed.transferred).toBeLessThan(plain.transferred);
  expect((await stat(join(host.folder, 'packed.img.zst'))).size).toBe(packed.transferred);
  await result(host, 'vm-save -z web1 .');
  await result(host, 'vm-restore web1.img.zst');
  await host.run('vm-save -z web1 -o - > piped.zst');
  await result(host, 'cat piped.zst | vm-restore -');
  await waitForTicks(host, 'web1');
});

testOnHost('--checkpoint lets it go on, --pause leaves it paused', async (host) => {
  await createGuest(host, 'copied', 'type=pv');
  await unchanged(host, async () => {
    await result(host, 'vm-save copied -o c.img --checkpoint');
    await host.run('rm c.img');
  });
  await waitForTicks(host, 'copied');
  await result(host, 'vm-save copied -o p.img --pause');
  expect((await listed(host, 'copied')).state).toBe('paused');
  await result(host, 'vm-unpause copied');
  await waitForTicks(host, 'copied');
  const both = await failure(host, 'vm-save copied -o b.img --pause --checkpoint');
  expect(both).toMatchObject({ status: 2, error: { code: 'USAGE' } });
});

testOnHost('a file that exists is not touched without --overwrite', async (host) => {
  await createGuest(host, 'again', 'type=pv');
  await writeFile(join(host.folder, 'old.img'), 'old');
  await host.run('mkdir there.img; ln -s old.img link.img');
  const [exists, folder, link, nowhere] = await unchanged(host, () =>
    Promise.all([
      failure(host, 'vm-save again -o old.img --wait'),
      failure(host, 'vm-save again -o there.img --wait'),
      failure(host, 'vm-save again -o link.img --overwrite --wait'),
      failure(host, 'vm-save again -o no/such/folder.img --wait'),
    ]),
  );
  const hint = expect.any(String);
  const guest = { name: 'again', state: expect.stringContaining('running') };
  expect(exists).toMatchObject({ status: 2, error: { code: 'XFR_FILE_EXISTS', hint, guest } });
  expect(folder).toMatchObject({ status: 2, error: { code: 'XFR_FILE_TYPE', hint, guest } });
  expect(link).toMatchObject({ status: 2, error: { code: 'XFR_FILE_TYPE', hint, guest } });
  expect(nowhere).toMatchObject({ status: 2, error: { code: 'XFR_FILE_MISSING', hint, guest } });
  await waitForTicks(host, 'again');
  await result(host, 'vm-save again -o old.img --overwrite');
  expect((await stat(join(host.folder, 'old.img'))).size).toBeGreaterThan(1000);
});

testOnHost('into a pipe; and not onto a terminal', async (host) => {
  await createGuest(host, 'piped', 'type=pv');
  const terminal = await host.spawnOnTerminal('vm-save piped -o -');
  const { said } = listenTo(terminal);
  expect(await terminal.exited).toBe(2);
  expect(said()).toContain('[STDOUT_IS_TERMINAL]');
  await host.run('vm-save piped -o - | cat > piped.img');
  await result(host, 'vm-restore piped.img');
  await waitForTicks(host, 'piped');
});

testOnHost('a guest that does not suspend is given up and runs on', async (host) => {
  const { domid } = await result(host, 'vm-create rude.cfg name=rude');
  await waitForTicks(host, 'rude');
  const given = await unchanged(host, () => failure(host, 'vm-save rude -o r.img --suspend-timeout 0.3'));
  expect(given).toMatchObject({
    status: 124,
    error: {
      code: 'DOMAIN_SUSPEND_TIMEOUT',
      message: 'rude did not answer the request to suspend within 0.3 s',
      hint: expect.stringContaining('withdrawn'),
      guest: { domid, state: expect.stringContaining('running') },
    },
  });
  expect(Object.keys(given.error.guest ?? {}).sort()).toEqual(['domid', 'name', 'state', 'uuid']);
  await waitForTicks(host, 'rude');
  const late = await unchanged(host, () =>
    failure(host, `vm-save rude -o r.img --timeout ${patient(4_000) / 1000}`),
  );
  expect(late).toMatchObject({ status: 124, error: { code: 'TIME_LIMIT' } });
  await waitForTicks(host, 'rude');
});

testOnHost('a guest that is slow, or never says that it will, is saved', async (host) => {
  await result(host, 'vm-create slow.cfg name=slow');
  await createGuest(host, 'silent', 'cmdline=sim.tick=20ms sim.suspend=silent');
  await waitForTicks(host, 'slow');
  const saved = await Promise.all(
    ['slow', 'silent'].map((name) =>
      result(host, `vm-save ${name} -o ${name}.img --suspend-timeout ${patient(30_000) / 1000}`),
    ),
  );
  expect(saved.map(({ name }) => name)).toEqual(['slow', 'silent']);
  expect(await host.run('vm-list --names')).toBe('');
});

testOnHost('a guest that suspends when it is too late runs all the same', async (host) => {
  await result(host, 'vm-create late.cfg name=late');
  await waitForTicks(host, 'late');
  const late = await unchanged(host, () => failure(host, 'vm-save late -o l.img --suspend-timeout 0.5'));
  expect(late).toMatchObject({ status: 124, error: { code: 'DOMAIN_SUSPEND_TIMEOUT' } });
  await waitForTicks(host, 'late');
});

testOnHost('live, a PV domain stands still on a Xen without shadow paging, or is refused', async (host) => {
  await createGuest(host, 'pv', 'type=pv');
  const refused = await unchanged(host, () => failure(host, 'vm-save pv -o pv.img --live require'));
  expect(refused).toMatchObject({
    status: 2,
    error: { code: 'DOMAIN_NOT_LIVE', hint: expect.any(String), guest: { state: 'still running here' } },
  });
  expect(await result(host, 'vm-save pv -o pv.img --live auto')).toMatchObject({ iterations: 1 });
  await createGuest(host, 'pvh', BUSY);
  const live = await result<{ iterations: number }>(host, 'vm-save pvh -o pvh.img --live require');
  expect(live.iterations).toBeGreaterThan(1);
});

testOnHost('what cannot be saved is said before anything is written', async (host) => {
  await result(host, 'vm-create polite.cfg name=paused --paused');
  await createGuest(host, 'off');
  await result(host, 'vm-shutdown off --wait');
  await addForeignDomain(host, 'foreign');
  const [paused, off, dom0, foreign] = await unchanged(host, () =>
    Promise.all(['paused', 'off', '0', 'foreign'].map((name) => failure(host, `vm-save ${name} -o x.img`))),
  );
  expect(paused).toMatchObject({
    status: 2,
    error: { code: 'DOMAIN_PAUSED', hint: 'run vm-unpause paused first' },
  });
  for (const refused of [off, dom0, foreign])
    expect(refused).toMatchObject({ status: 2, error: { code: 'DOMAIN_NOT_SAVABLE' } });
});

testOnHost('no space for the image: seen before, or found out while it is written', async (host) => {
  await createGuest(host, 'big', 'type=pv');
  // A file that may not grow beyond 4 MiB is what a full disk is to the tool.
  const full = await unchanged(host, () => failure(host, 'ulimit -f 4096; vm-save big -o s.img'));
  expect(full).toMatchObject({
    status: 5,
    error: {
      code: 'XFR_NO_SPACE',
      hint: expect.stringContaining('make room'),
      guest: { state: expect.stringContaining('running') },
    },
  });
  await waitForTicks(host, 'big');
});

testOnHost(
  'a guest larger than the disk is not even asked to suspend',
  async (host) => {
    await createGuest(host, 'vast', 'memory=4194304');
    const from = (await host.readConsole('vast')).length;
    const full = await unchanged(host, () => failure(host, 'vm-save vast -o s.img'));
    expect(full).toMatchObject({
      status: 5,
      error: {
        code: 'XFR_NO_SPACE',
        message: expect.stringContaining('4 TiB are needed'),
        hint: expect.any(String),
      },
    });
    expect((await host.readConsole('vast')).slice(from)).not.toContain('suspend');
  },
  { memory: '5T' },
);

testOnHost('a reader that goes away, a stream of libxc that breaks: the guest runs', async (host) => {
  await createGuest(host, 'kept', 'type=pv');
  const { code, stderr } = await host.exec(
    '{ vm-save kept -o -; echo "status $?" >&2; } | head -c 2000000 >/dev/null',
  );
  expect(code).toBe(0);
  expect(stderr).toMatch(/still running/);
  await waitForTicks(host, 'kept');
  host.simulated.faults.add({ call: 'domainSave', at: 3_000_000, errno: 'EIO' });
  const broken = await unchanged(host, () => failure(host, 'vm-save kept -o k.img'));
  expect(broken).toMatchObject({
    status: 1,
    error: {
      message: expect.stringContaining('Input/output error'),
      guest: { state: expect.stringContaining('running') },
    },
  });
  await waitForTicks(host, 'kept');
});

testOnHost('a stream that takes nothing at all: the guest runs, live or not', async (host) => {
  await createGuest(host, 'kept', BUSY);
  for (const live of ['never', 'require']) {
    const save = `vm-save kept -o - --live ${live}; echo "status $?" >&2`;
    const unread = await unchanged(host, () => host.exec(`{ ${save}; } | true`));
    expect(unread.stderr).toMatch(/XFR_READER_GONE[^]*still running here[^]*status 1$/m);
    const full = await unchanged(host, () => host.exec(`{ ${save}; } > /dev/full`));
    expect(full.stderr).toMatch(/XFR_NO_SPACE[^]*still running here[^]*status 5$/m);
    await waitForTicks(host, 'kept');
  }
  const device = await unchanged(host, () => failure(host, 'vm-save kept -o /dev/full'));
  expect(device).toMatchObject({ status: 2, error: { code: 'XFR_FILE_TYPE' } });
});

testOnHost('a reader that goes away while the guest is waited for ends the waiting', async (host) => {
  await result(host, 'vm-create rude.cfg name=rude');
  await waitForTicks(host, 'rude');
  const { stderr } = await unchanged(host, () =>
    host.exec(`{ vm-save rude -o - --suspend-timeout 1h; echo "status $?" >&2; } | head -c 1 >/dev/null`),
  );
  expect(stderr).toMatch(/XFR_READER_GONE[^]*still running here[^]*status 1$/m);
  await waitForTicks(host, 'rude');
});

testOnHost('a stream that takes all but the last bytes has not taken the guest', async (host) => {
  await createGuest(host, 'whole', 'type=pv');
  await host.run('vm-save whole --checkpoint -o - > whole.img');
  const blocks = Math.floor((await stat(join(host.folder, 'whole.img'))).size / 512);
  const cut = await unchanged(host, () =>
    host.exec(
      `ulimit -f ${blocks}; trap '' XFSZ; vm-save whole -o - > cut.img; code=$?; rm cut.img; exit $code`,
    ),
  );
  expect(cut).toMatchObject({ code: 5, stderr: expect.stringContaining('XFR_NO_SPACE') });
  await waitForTicks(host, 'whole');
});

testOnHost('what a killed save has left is removed by the next one into that folder', async (host) => {
  for (const name of ['killed', 'living', 'other']) await createGuest(host, name, BUSY);
  const partials = async (): Promise<string[]> =>
    (await readdir(host.folder)).filter((name) => name.startsWith('.partial-image-'));
  const [killed, living] = ['killed', 'living'].map((name) =>
    host.spawn(`exec vm-save ${name} --checkpoint -o ${name}.img --live require --bwlimit 2K`),
  );
  await until(async () => (await partials()).length === 2, 'two partial files');
  await killed!.kill('SIGKILL');
  await killed!.exited;
  expect(await partials()).toHaveLength(2);
  await result(host, 'vm-save other --checkpoint -o whole.img --live require');
  expect(await partials()).toHaveLength(1); // of the one that lives
  expect(await images(host)).toEqual(expect.arrayContaining(['whole.img']));
  await living!.kill('SIGINT');
  expect(await living!.exited).toBe(130);
  expect(await partials()).toEqual([]);
});

testOnHost('--bwlimit holds, and a rate that is none is refused', async (host) => {
  await createGuest(host, 'limited');
  const wrong = await unchanged(host, () => failure(host, 'vm-save limited -o l.img --bwlimit fast'));
  expect(wrong).toMatchObject({ status: 2, error: { hint: expect.any(String) } });
  const { transferred, totalTimeMs } = await result(host, 'vm-save limited -o l.img --bwlimit 8M');
  expect(transferred / (totalTimeMs / 1000)).toBeLessThan(8 * 2 ** 20 * 1.1);
});

testOnHost(
  'a guest that reboots while it is written is reported with the domid that it has then',
  async (host) => {
    await result(host, 'vm-create polite.cfg name=again "cmdline=sim.tick=20ms sim.precopy=reboot"');
    const died = await failure(host, 'vm-save again -o a.img --live require --bwlimit 64M');
    const { domid } = await listed(host, 'again');
    expect(died).toMatchObject({
      status: 1,
      error: { code: 'GUEST_DIED', guest: { domid, state: 'running here under a new domid' } },
    });
    expect(died.error.message).toContain(`it is domid ${domid} now`);
  },
  { monitor: true },
);

testOnHost('a guest that ends while it is written is no longer saved', async (host) => {
  for (const end of ['crash', 'reboot', 'poweroff']) {
    await createGuest(host, end, `cmdline=sim.tick=20ms sim.precopy=${end}`);
    const died = await failure(host, `vm-save ${end} -o e.img --live require --bwlimit 64M`);
    expect(died).toMatchObject({
      status: 1,
      error: { code: 'GUEST_DIED', hint: expect.any(String), guest: { state: expect.stringContaining(end) } },
    });
    expect(died.error.hint).toMatch(end === 'reboot' ? /vm-list shows the domid/ : /console may tell why/);
    expect(await images(host)).toEqual([]);
    expect(await listed(host, end)).toMatchObject({ shutdownReason: end });
  }
});

testOnHost('Ctrl-C in any phase leaves the guest running and no file', async (host) => {
  await createGuest(host, 'kept', BUSY);
  for (const phase of ['precopy', 'suspending', 'stop-and-copy']) {
    const stopped = await unchanged(host, () =>
      interrupt(
        host,
        'vm-save kept -o k.img --live auto --bwlimit 32M --stop-and-copy-bwlimit 32M',
        (event) => event['phase'] === phase,
      ),
    );
    expect({ phase, ...stopped }).toMatchObject({
      phase,
      status: 130,
      error: {
        code: 'INTERRUPTED',
        kind: 'aborted-safe',
        guest: { state: expect.stringContaining('running') },
      },
    });
    await waitForTicks(host, 'kept');
  }
});

testOnHost('Ctrl-C when the image is being finished: there is the guest or the file', async (host) => {
  for (const phase of ['finishing', 'syncing']) {
    await createGuest(host, phase, 'type=pv');
    const stopped = await interrupt(
      host,
      `vm-save ${phase} -o ${phase}.img`,
      (event) => event['phase'] === phase,
    );
    if (stopped !== undefined) expect(stopped.status).toBe(130);
    const isHere = (await host.run('vm-list --names')).includes(phase);
    const isSaved = (await images(host)).includes(`${phase}.img`);
    expect({ isHere, isSaved }).toEqual(
      stopped === undefined ? { isHere: false, isSaved: true } : { isHere: true, isSaved: false },
    );
  }
});

testOnHost('on a terminal a bar is drawn on one line, with -q nothing is said', async (host) => {
  await createGuest(host, 'seen');
  const terminal = await host.spawnOnTerminal('vm-save seen -o s.img --checkpoint --bwlimit 50K');
  const { said } = listenTo(terminal);
  expect(await terminal.exited).toBe(0);
  expect(said()).toMatch(/\rstop-and-copy .*\[#+-*\]/);
  expect(
    said()
      .split('\n')
      .filter((line) => line.includes('[#')).length,
  ).toBe(1); // drawn again and again
  const { code, stdout, stderr } = await host.exec('vm-save seen -o q.img -q');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
});

testOnHost('several go into a folder, and one that fails does not stop the others', async (host) => {
  for (const name of ['web1', 'web2']) await createGuest(host, name, 'type=pv');
  await host.run('mkdir saved');
  const { code, stdout } = await host.exec('vm-save web1 none web2 saved --json');
  expect({ code, value: JSON.parse(stdout) as unknown }).toMatchObject({
    code: 3,
    value: [
      { name: 'web1', file: 'saved/web1.img' },
      { domain: 'none', error: { code: 'DOMAIN_UNKNOWN' } },
      { name: 'web2', file: 'saved/web2.img' },
    ],
  });
  await host.run('vm-restore saved/web1.img saved/web2.img');
  expect(await host.run('vm-save web1 web2 -o saved --checkpoint --overwrite')).toMatch(
    /^web1: .* in saved\/web1.img\nweb2: /,
  );
  for (const line of ['vm-save web1', 'vm-save web1 web2 -o one.img', 'vm-save web1 web2 nowhere'])
    expect(await failure(host, line)).toMatchObject({ status: 2, error: { code: 'USAGE' } });
});
