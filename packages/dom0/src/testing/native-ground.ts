import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BootloaderRun, ScriptRun } from '../dom0.ts';
import { nativeDom0 } from '../native/native-dom0.ts';
import type { Dom0Ground } from './compliance.ts';

/** This machine, with scripts and a program in a folder of the test's own. */
export class NativeGround implements Dom0Ground {
  readonly dom0 = nativeDom0();
  readonly folder: string;
  readonly succeeds: ScriptRun;
  readonly fails: ScriptRun;
  readonly hangs: ScriptRun;
  readonly boots: BootloaderRun;
  readonly bootsNot: BootloaderRun;

  static async make(): Promise<NativeGround> {
    const folder = await mkdtemp(join(tmpdir(), 'dom0-'));
    const [succeeds, fails, hangs] = await Promise.all(
      ['exit 0', 'echo no bridge >&2; exit 1', 'sleep 1000 & wait'].map((text, index) =>
        writeScript(join(folder, `script-${index}`), text),
      ),
    );
    await writeScript(join(folder, 'boots'), 'echo ELF >$1/kernel; printf "kernel $1/kernel\\0" >$1/output');
    await writeScript(join(folder, 'boots-not'), 'echo no kernel >&2; exit 1');
    await symlink(process.execPath, join(folder, 'qemu-small'));
    return new NativeGround(folder, succeeds as string, fails as string, hangs as string);
  }

  private constructor(folder: string, succeeds: string, fails: string, hangs: string) {
    this.folder = folder;
    const runOf = (path: string): ScriptRun => ({
      path,
      args: ['add'],
      env: { XENBUS_PATH: 'backend/vbd/7/0' },
    });
    this.succeeds = runOf(succeeds);
    this.fails = runOf(fails);
    this.hangs = runOf(hangs);
    const place = join(folder, 'boot');
    const files = { folder: place, output: join(place, 'output'), logPath: join(folder, 'boot.log') };
    this.boots = { program: join(folder, 'boots'), args: [place, '/disk'], ...files };
    this.bootsNot = { ...this.boots, program: join(folder, 'boots-not') };
  }

  qemu(domid: number, socket: string): ReturnType<Dom0Ground['qemu']> {
    const program = join(this.folder, 'qemu-small');
    const args = [join(import.meta.dirname, 'small-qemu.ts'), socket, '-xen-domid', `${domid}`];
    return { domid, program, args, env: {}, logPath: join(this.folder, 'qemu.log') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

/** @returns its path */
export async function writeScript(path: string, text: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}
