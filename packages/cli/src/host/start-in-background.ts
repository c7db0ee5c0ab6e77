import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helperEnvironment } from '@vm-tools/xc-native/environment';
import { entryFile } from '../build-info.ts';

/** A program that goes on when the tool that starts it has ended. */
export interface BackgroundInit {
  /** One of our executables, e.g. "vm-monitor". */
  readonly program: string;
  /** The package that it is in. @default that of its own name */
  readonly packageName?: string;
  readonly args?: readonly string[];
  /** Added to what any helper gets of the environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Its messages are appended to this file. */
  readonly logPath: string;
}

/**
 * Starts one of our executables in a session of its own, so that neither Ctrl-C nor the end of the terminal reaches
 * it, and does not wait for it.
 */
export async function startInBackground({
  program,
  packageName = program,
  args = [],
  env = {},
  logPath,
}: BackgroundInit): Promise<ChildProcess> {
  await mkdir(dirname(logPath), { recursive: true });
  await using log = await open(logPath, 'a', 0o640);
  const child = spawn(process.execPath, [fileURLToPath(entryFile(program, packageName)), ...args], {
    detached: true,
    cwd: '/',
    env: { ...helperEnvironment(), ...env },
    stdio: ['ignore', log.fd, log.fd],
  });
  await once(child, 'spawn');
  child.unref();
  return child;
}
