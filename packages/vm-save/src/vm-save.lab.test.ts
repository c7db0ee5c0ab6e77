import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  failure,
  interrupt,
  leavesNoTraces,
  listed,
  result,
  ticks,
  waitForTick,
  waitForTicks,
} from '@vm-tools/lab/testing';

const verify = 'verify-stream-v2 -f xl -i';

describeLab('vm-save and vm-restore on real Xen', () => {
  let a: LabHost;
  const expectAsBefore = leavesNoTraces((found) => (a = found), 'rm -rf /tmp/*.img');

  test.each(['polite', 'linux-pvh', 'linux-pv'])(
    '%s goes on counting after save and restore',
    async (guest) => {
      const name = `save-${guest}`;
      await result(a, `vm-create /guests/${guest}.cfg name=${name}`);
      await waitForTicks(a, name);
      await result(a, `vm-save ${name} -o /tmp/s.img`);
      expect(await a.run('xl list')).not.toContain(name);
      const counted = await ticks(a, name);
      expect(await a.run('stat -c %a /tmp/s.img')).toBe('600\n');
      await a.run(`${verify} /tmp/s.img`);
      await result(a, 'vm-restore /tmp/s.img');
      await waitForTick(a, name, counted + 2);
      expect(await a.run('xl list')).toContain(name);
      await a.run(`xl destroy ${name}`);
    },
  );

  test('images go both ways between xl and us', async () => {
    await a.run('xl create /guests/polite.cfg \'name="both"\'');
    await waitForTicks(a, 'both');
    await a.run('xl save both /tmp/xl.img');
    const counted = await ticks(a, 'both');
    await result(a, 'vm-restore /tmp/xl.img');
    await waitForTick(a, 'both', counted + 2);
    await result(a, 'vm-save both -o /tmp/ours.img');
    const further = await ticks(a, 'both');
    await a.run('xl restore /tmp/ours.img');
    await waitForTick(a, 'both', further + 2);
    await result(a, 'vm-destroy both');
  });

  test('a compressed image is restored by us as it is, and by xl when it has been expanded', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=packed');
    await waitForTicks(a, 'packed');
    await result(a, 'vm-save -z packed -o /tmp/packed.img');
    const counted = await ticks(a, 'packed');
    await result(a, 'vm-restore /tmp/packed.img');
    await waitForTick(a, 'packed', counted + 2);
    await a.run('xl destroy packed');
    const expand = 'process.stdin.pipe(require("node:zlib").createZstdDecompress()).pipe(process.stdout)';
    await a.run(`node -e '${expand}' < /tmp/packed.img > /tmp/plain.img`);
    await a.run(`${verify} /tmp/plain.img`);
    await a.run('xl restore /tmp/plain.img');
    await waitForTick(a, 'packed', counted + 2);
    await a.run('xl destroy packed');
  });

  test('--checkpoint leaves it running, --pause leaves it paused', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=copied');
    await waitForTicks(a, 'copied');
    await result(a, 'vm-save copied -o /tmp/c.img --checkpoint');
    await waitForTicks(a, 'copied');
    await result(a, 'vm-save copied -o /tmp/p.img --pause');
    expect((await listed(a, 'copied')).state).toBe('paused');
    await result(a, 'vm-unpause copied');
    await waitForTicks(a, 'copied');
    await a.run('xl destroy copied');
  });

  test('a guest that never suspends is given up with its own error, and still runs', async () => {
    await result(a, 'vm-create /guests/rude.cfg name=rude-one');
    await waitForTicks(a, 'rude-one');
    const { status, error } = await failure(a, 'vm-save rude-one -o /tmp/r.img --suspend-timeout 3');
    expect(status).toBe(124);
    expect(error).toMatchObject({
      code: 'DOMAIN_SUSPEND_TIMEOUT',
      guest: { state: expect.stringContaining('running') },
    });
    const { domid } = await listed(a, 'rude-one');
    expect(await a.run(`xenstore-read /local/domain/${domid}/control/shutdown`)).toBe('\n');
    await waitForTicks(a, 'rude-one');
    await a.run('xl destroy rude-one');
  });

  test('a truncated or corrupt image is refused as such, and nothing is left', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=spoiled');
    await waitForTicks(a, 'spoiled');
    await result(a, 'vm-save spoiled -o /tmp/good.img');
    // Behind the records about the processor comes the list of the first pages: frame numbers that no guest has.
    const corrupt =
      'head -c 64 /dev/zero | tr "\\0" "\\377" | dd of=/tmp/bad.img bs=1 seek=8000 conv=notrunc status=none';
    for (const [spoil, code] of [
      ['head -c 3000000 /tmp/good.img > /tmp/bad.img', 'STREAM_TRUNCATED'],
      [`cp /tmp/good.img /tmp/bad.img; ${corrupt}`, 'STREAM_CORRUPT'],
    ] as const) {
      await a.run(spoil);
      const { status, error } = await failure(a, 'vm-restore /tmp/bad.img');
      expect({ spoil, status, code: error.code }).toEqual({ spoil, status: 10, code });
    }
  });

  test('Ctrl-C leaves the guest running and no file', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=kept');
    await waitForTicks(a, 'kept');
    for (const phase of ['precopy', 'stop-and-copy']) {
      const stopped = await interrupt(
        a,
        'vm-save kept -o /tmp/k.img --live auto --bwlimit 4M --stop-and-copy-bwlimit 4M',
        (event) => event['phase'] === phase,
      );
      if (stopped === undefined) {
        // It was done before the signal had crossed the connection: bring the guest back for the next phase.
        if ((await a.exec('xl list kept')).code !== 0) await result(a, 'vm-restore /tmp/k.img');
        await a.run('rm -f /tmp/k.img');
      } else {
        expect(stopped).toMatchObject({ status: 130 });
        expect(await a.run('ls -A /tmp | grep img; true')).toBe('');
      }
      await waitForTicks(a, 'kept');
    }
    await a.run('xl destroy kept');
  });

  test('Ctrl-C while it is restored leaves no domain and the image as it was', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=back');
    await waitForTicks(a, 'back');
    await result(a, 'vm-save back -o /tmp/b.img');
    const counted = await ticks(a, 'back');
    for (const phase of ['receiving', 'starting']) {
      const stopped = await interrupt(
        a,
        'vm-restore /tmp/b.img --bwlimit 4M',
        (event) => event['phase'] === phase || event['status'] === phase,
      );
      if (stopped === undefined) break; // it ran before the signal had crossed the connection
      expect(stopped).toMatchObject({ status: 130, error: { kind: 'interrupted' } });
      await expectAsBefore();
    }
    if ((await a.exec('xl list back')).code !== 0) await result(a, 'vm-restore /tmp/b.img');
    await waitForTick(a, 'back', counted + 1);
    await a.run('xl destroy back');
  });
});
