import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { VmToolsError, messageOf } from '@vm-tools/errors';

export interface Compilation {
  readonly succeeded: boolean;
  /** what gcc wrote to stderr */
  readonly messages: string;
}

/** Folders in which gcc looks for headers before it looks where the system has its own. */
export type Headers = readonly string[];

/** Lets gcc read C source without making anything of it. */
export async function compile(source: string, headers: Headers): Promise<Compilation> {
  const flags = ['-x', 'c', '-std=gnu11', '-fsyntax-only', '-fno-diagnostics-show-caret'];
  const gcc = spawn('gcc', [...flags, ...headers.map((folder) => `-I${folder}`), '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  const status = new Promise<number | null>((resolve, reject) => {
    gcc.once('error', reject);
    gcc.once('close', resolve);
  });
  gcc.stdin.on('error', () => undefined); // gcc says on stderr why it stopped reading
  gcc.stdin.end(source);
  try {
    const [messages, code] = await Promise.all([text(gcc.stderr), status]);
    return { succeeded: code === 0, messages };
  } catch (error) {
    throw new VmToolsError({
      code: 'ABI_NO_COMPILER',
      message: `gcc could not be run: ${messageOf(error)}`,
      hint: 'apt-get install gcc libc6-dev',
      cause: error,
    });
  }
}
