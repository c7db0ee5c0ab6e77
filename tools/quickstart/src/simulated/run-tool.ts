import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { throwIfAborted } from '@vm-tools/errors';
import { checkout } from './checkout.ts';

/** Node's compiled code is kept, so that tools start in half the time. */
const environment = { NODE_COMPILE_CACHE: join(checkout, '.cache/compile'), ...process.env };

/**
 * Runs a tool from the sources, with this terminal for its stderr.
 * @param line its name and its words; none of them may contain a blank
 * @param isQuiet keeps what it says from the screen
 */
export async function runTool(
  line: string,
  { isQuiet = false, signal }: { readonly isQuiet?: boolean; readonly signal?: AbortSignal } = {},
): Promise<{ readonly status: number; readonly stdout: string }> {
  throwIfAborted(signal, line);
  const [program = '', ...words] = line.split(' ');
  const child = spawn(process.execPath, [join(checkout, 'node_modules/.bin', program), ...words], {
    stdio: ['ignore', 'pipe', isQuiet ? 'ignore' : 'inherit'],
    env: environment,
    // Ctrl-C at the terminal reaches us alone, and the tool gets one signal of it and not two, which would mean haste.
    detached: true,
  });
  const interrupt = (): void => void child.kill('SIGINT');
  signal?.addEventListener('abort', interrupt, { once: true });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (!isQuiet) process.stdout.write(text);
  });
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    throwIfAborted(signal, line);
    return { status: status ?? 1, stdout };
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}
