import { constants } from 'node:fs';
import { mkdir, open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { throwIfAborted } from '@vm-tools/errors';
import type { BootloaderEnd, BootloaderRun, Dom0CallOptions } from '../../dom0.ts';
import {
  BOOTLOADER_LIMIT_MS,
  BOOTLOADER_OUTPUT_BYTES,
  bootloaderLate,
  bootloaderMissing,
} from '../../errors.ts';
import { endOf, Hearing } from '../process-group.ts';
import { findProgram } from './find-program.ts';
import { plainText } from './plain-text.ts';
import { openTerminal } from './terminal.ts';

/** Kernels and ramdisks are smaller; a file system that lies about a length shall not fill the disk of the host. */
const LARGEST_FILE_BYTES = 2 ** 30;
const LONGEST_LOG_CHARACTERS = 2 ** 20;

/**
 * Runs a bootloader to its end. It reads what a guest has written, a file system and a configuration of GRUB, and does
 * so as root: so it has a folder that is its own, limits of time, processor and file size, no terminal but one that
 * this process reads, and a process group that ends with it.
 */
export async function runBootloader(
  run: BootloaderRun,
  { signal }: Dom0CallOptions = {},
): Promise<BootloaderEnd> {
  throwIfAborted(signal, `running ${run.program}`);
  const path = await findProgram(run.program);
  await mkdir(dirname(run.folder), { recursive: true });
  await mkdir(run.folder, { mode: 0o700 });
  try {
    await writeFile(run.output, '', { mode: 0o600, flag: 'wx' }); // pygrub opens it and makes none
    const { status, lastWords } = await runOnTerminal(path, run, signal);
    return { status, lastWords, output: await readOutput(run.output) };
  } catch (thrown) {
    await rm(run.folder, { recursive: true, force: true });
    throw thrown;
  }
}

async function runOnTerminal(
  path: string,
  { program, args, logPath }: BootloaderRun,
  signal: AbortSignal | undefined,
): Promise<{ readonly status: number; readonly lastWords: string }> {
  const { spawn } = await import('node:child_process');
  await using log = await openLog(logPath);
  using terminal = await openTerminal();
  const heard = new Hearing();
  let drawn = '';
  terminal.onText((text) => {
    heard.add(text);
    if (drawn.length < LONGEST_LOG_CHARACTERS) drawn += text;
  });
  const limits = ['--core=0', `--cpu=${BOOTLOADER_LIMIT_MS / 1000}`, `--fsize=${LARGEST_FILE_BYTES}`, '--'];
  const child = spawn('prlimit', [...limits, path, ...args], {
    detached: true,
    env: { ...process.env, TERM: 'vt100' }, // as libxl says it
    stdio: [terminal.fd, terminal.fd, terminal.fd],
  });
  const limit = AbortSignal.timeout(BOOTLOADER_LIMIT_MS);
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  try {
    const ended = endOf(child, stop);
    terminal.started();
    const status = await ended;
    await heard.all();
    const lastWords = plainText(heard.lastWords);
    throwIfAborted(signal, `running ${program}`);
    if (limit.aborted) throw bootloaderLate(program, lastWords);
    return { status, lastWords };
  } catch (thrown) {
    if (child.pid !== undefined) throw thrown;
    throw bootloaderMissing(program, thrown);
  } finally {
    await log.appendFile(drawn);
  }
}

async function openLog(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  await rename(path, `${path}.1`).catch(() => undefined); // there was none
  return open(path, 'a', 0o600);
}

async function readOutput(path: string): Promise<string> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const bytes = Buffer.alloc(BOOTLOADER_OUTPUT_BYTES + 1);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
  return bytes.toString('utf8', 0, bytesRead);
}
