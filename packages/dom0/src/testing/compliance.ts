import { link, mkdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import type { BootloaderRun, Dom0, QemuStart, ScriptRun } from '../dom0.ts';

/** A control domain for one test, and what it has to do there. */
export interface Dom0Ground extends AsyncDisposable {
  readonly dom0: Dom0;
  /** an empty folder of this machine */
  readonly folder: string;
  /** ends with status 0 */
  readonly succeeds: ScriptRun;
  /** ends with another one, and says why */
  readonly fails: ScriptRun;
  /** does not end by itself */
  readonly hangs: ScriptRun;
  /** a bootloader that finds a kernel, and answers into its folder, which is not there yet */
  readonly boots: BootloaderRun;
  /** one that finds none, and says so */
  readonly bootsNot: BootloaderRun;
  /** @param socket where it is to answer QMP */
  qemu(domid: number, socket: string): QemuStart;
}

const LOOK_EVERY_MS = 10;

/** The tests of every control domain, as far as one that is not there can pass them. */
export function dom0Compliance(prepare: () => Promise<Dom0Ground>): void {
  let ground: Dom0Ground;
  const path = (name: string): string => join(ground.folder, name);
  beforeEach(async () => {
    ground = await prepare();
  });
  afterEach(async () => ground[Symbol.asyncDispose]());

  describe('lookAt', () => {
    test('a file, by whatever name', async () => {
      const { dom0 } = ground;
      await writeFile(path('web.img'), '');
      await truncate(path('web.img'), 2 ** 33);
      await link(path('web.img'), path('other.img'));
      await symlink('web.img', path('link.img'));
      const found = await dom0.lookAt(path('web.img'));
      expect(found).toMatchObject({ is: 'file', bytes: 2 ** 33 });
      expect(await dom0.lookAt(path('other.img'))).toEqual(found);
      expect(await dom0.lookAt(path('link.img'))).toEqual(found);
      await writeFile(path('db.img'), '');
      expect(await dom0.lookAt(path('db.img'))).not.toMatchObject({
        inode: (found as { inode: string }).inode,
      });
    });

    test('what no disk can be made of', async () => {
      const { dom0 } = ground;
      await mkdir(path('folder'));
      expect(await dom0.lookAt(path('folder'))).toEqual({ is: 'other' });
      expect(await dom0.lookAt('/dev/null')).toEqual({ is: 'other' });
      expect(await dom0.lookAt(path('none'))).toEqual({ is: 'absent' });
      expect(await dom0.lookAt(path('folder/none/web.img'))).toEqual({ is: 'absent' });
    });
  });

  describe('lookAtProgram', () => {
    test('a script and a qemu that could be run', async () => {
      const { dom0, succeeds } = ground;
      expect(await dom0.lookAtProgram(succeeds.path)).toBe('runnable');
      expect(await dom0.lookAtProgram(ground.qemu(1, path('qmp')).program)).toBe('runnable');
    });

    test('none', async () => {
      expect(await ground.dom0.lookAtProgram(path('none'))).toBe('absent');
    });
  });

  test('a bridge that is not there', async () => {
    for (const name of ['nosuchbridge', '', '../lo', 'lo'])
      expect([name, await ground.dom0.hasBridge(name)]).toEqual([name, false]);
  });

  test('devices of guests that are not there have no counters', async () => {
    expect(await ground.dom0.deviceCounters()).toEqual({ networks: [], disks: [] });
  });

  test('flush', async () => {
    await writeFile(path('web.img'), 'data');
    await ground.dom0.flush(path('web.img'));
    await expect(ground.dom0.flush(path('none'))).rejects.toMatchObject({
      code: 'DOM0_FLUSH_FAILED',
      message: expect.stringContaining(path('none')),
    });
  });

  describe('runScript', () => {
    test('tells how it ended', async () => {
      expect(await ground.dom0.runScript(ground.succeeds)).toMatchObject({ status: 0 });
      const { status, lastWords } = await ground.dom0.runScript(ground.fails);
      expect(status).toBe(1);
      expect(lastWords).not.toBe('');
    });

    test('there is none', async () => {
      const missing = { ...ground.succeeds, path: path('none') };
      await expect(ground.dom0.runScript(missing)).rejects.toMatchObject({
        code: 'DOM0_SCRIPT_MISSING',
        kind: 'usage',
        details: { path: path('none') },
      });
    });

    test('ends with the signal', async () => {
      const aborted = { code: 'INTERRUPTED', kind: 'interrupted' };
      const before = ground.dom0.runScript(ground.hangs, { signal: AbortSignal.abort() });
      await expect(before).rejects.toMatchObject(aborted);
      const stop = new AbortController();
      const running = ground.dom0.runScript(ground.hangs, { signal: stop.signal });
      await ground.dom0.lookAt(ground.folder);
      stop.abort();
      await expect(running).rejects.toMatchObject(aborted);
    });
  });

  describe('runBootloader', () => {
    test('leaves what it has fetched in a folder of its own', async () => {
      const { status, output } = await ground.dom0.runBootloader(ground.boots);
      expect(status).toBe(0);
      const [, kernel = ''] = /^kernel (.*?)\0/.exec(output) ?? [];
      expect(dirname(kernel)).toBe(ground.boots.folder);
      expect((await stat(kernel)).size).toBeGreaterThan(0);
      expect((await stat(ground.boots.folder)).mode & 0o777).toBe(0o700);
      expect(await readFile(ground.boots.logPath, 'utf8')).toBeDefined();
      await rm(ground.boots.folder, { recursive: true });
    });

    test('tells how it ended', async () => {
      const { status, lastWords } = await ground.dom0.runBootloader(ground.bootsNot);
      expect(status).toBe(1);
      expect(lastWords).toContain('kernel');
      await rm(ground.bootsNot.folder, { recursive: true });
    });

    test('leaves nothing when there is none, or with the signal', async () => {
      const missing = { ...ground.boots, program: path('none') };
      await expect(ground.dom0.runBootloader(missing)).rejects.toMatchObject({
        code: 'DOM0_BOOTLOADER_MISSING',
        kind: 'usage',
      });
      const aborted = ground.dom0.runBootloader(ground.boots, { signal: AbortSignal.abort() });
      await expect(aborted).rejects.toMatchObject({ code: 'INTERRUPTED' });
      await expect(stat(ground.boots.folder)).rejects.toMatchObject({ code: 'ENOENT' });
    });
  });

  describe('qemu', () => {
    test.each(['orderly', 'at-once'] as const)('from its start to its end, %s', async (how) => {
      const { dom0 } = ground;
      const start = ground.qemu(7, path('qmp'));
      await writeFile(start.logPath, 'earlier\n');
      const { pid } = await dom0.startQemu(start);
      await isAnswering(dom0, path('qmp'));
      expect(await dom0.isQemu({ pid, domid: 7 })).toBe(true);
      // The number may be that of another guest's by now.
      expect(await dom0.isQemu({ pid, domid: 77 })).toBe(false);
      expect(await dom0.isQemu({ pid: process.pid, domid: 7 })).toBe(false);
      expect(await dom0.listQemus()).toContainEqual({ pid, domid: 7 });
      expect(await readFile(`${start.logPath}.1`, 'utf8')).toBe('earlier\n');
      await dom0.endQemu({ pid, domid: 77 }, how);
      expect(await dom0.isQemu({ pid, domid: 7 })).toBe(true);
      await dom0.endQemu({ pid, domid: 7 }, how);
      expect(await dom0.isQemu({ pid, domid: 7 })).toBe(false);
      expect(await dom0.listQemus()).not.toContainEqual({ pid, domid: 7 });
      await dom0.endQemu({ pid, domid: 7 }, how);
      await expect(dom0.qmp(path('qmp'), 'query-status')).rejects.toMatchObject({ code: 'DOM0_QMP_SILENT' });
    });

    test('executes commands', async () => {
      const { dom0 } = ground;
      const qmp = (command: string): Promise<unknown> => dom0.qmp(path('qmp'), command, {});
      const { pid } = await dom0.startQemu(ground.qemu(8, path('qmp')));
      await isAnswering(dom0, path('qmp'));
      expect(await qmp('query-status')).toMatchObject({ running: true, status: 'running' });
      await qmp('stop');
      expect(await qmp('query-status')).toMatchObject({ running: false, status: 'paused' });
      await qmp('cont');
      expect(await qmp('query-status')).toMatchObject({ running: true });
      expect(await qmp('query-block')).toEqual([]);
      await expect(qmp('no-such-thing')).rejects.toMatchObject({
        code: 'DOM0_QMP_FAILED',
        message: 'qemu refuses no-such-thing: The command no-such-thing has not been found',
      });
      await dom0.endQemu({ pid, domid: 8 }, 'at-once');
    });

    test('there is none', async () => {
      const silent = { code: 'DOM0_QMP_SILENT', kind: 'timeout', details: { command: 'stop' } };
      await expect(ground.dom0.qmp(path('none'), 'stop')).rejects.toMatchObject(silent);
      for (const pid of [0, 1]) expect(await ground.dom0.isQemu({ pid, domid: 7 })).toBe(false);
    });
  });
}

/** No event tells that a qemu has made its socket. */
async function isAnswering(dom0: Dom0, socket: string): Promise<void> {
  for (;;) {
    try {
      await dom0.qmp(socket, 'query-status');
      return;
    } catch (thrown) {
      if (!(thrown instanceof VmToolsError) || thrown.code !== 'DOM0_QMP_SILENT') throw thrown;
      await delay(LOOK_EVERY_MS);
    }
  }
}
