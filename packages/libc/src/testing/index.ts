/**
 * For tests of what locks files.
 *
 * @packageDocumentation
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Another process that holds something until it is killed. */
export interface HoldingProcess extends AsyncDisposable {
  readonly pid: number;
  /** what it said when it had tried */
  readonly said: string;
  /** kill -9, and resolves when it is gone */
  kill(): Promise<void>;
}

/** Runs a program of ours that says one line when it has tried, and stays. */
export async function holdingProcess(program: string, ...args: string[]): Promise<HoldingProcess> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
  };
  return { pid: child.pid as number, said: said.toString().trim(), kill, [Symbol.asyncDispose]: kill };
}

/** Takes a POSIX lock on the whole of a file, as xl does: `said` is "held" or "refused". */
export function posixLock(path: string): Promise<HoldingProcess> {
  return holdingProcess(join(import.meta.dirname, 'posix-lock.ts'), path);
}
