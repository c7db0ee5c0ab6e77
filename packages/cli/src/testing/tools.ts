import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { PrintedError } from '@vm-tools/errors';
import { checkFailure, checkLine, checkResult } from './check-printed.ts';

/** A host of the lab, or a simulated one. */
export interface ToolHost {
  exec(
    line: string,
    options?: { readonly timeoutMs?: number },
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  run(line: string, options?: { readonly timeoutMs?: number }): Promise<string>;
  spawn(line: string): {
    readonly stdout: Readable;
    readonly stderr: Readable;
    readonly exited: Promise<number>;
    kill(signal: NodeJS.Signals): Promise<void>;
  };
}

/** The part of the results of our tools that tests look at. */
export interface Result {
  readonly domid: number;
  readonly uuid: string;
  readonly name: string;
  readonly state: string;
  readonly memoryKib: number;
  readonly live: boolean;
  readonly transferred: number;
  readonly totalTimeMs: number;
  readonly downtimeMs: number;
}

export interface Failure {
  readonly status: number;
  readonly error: PrintedError;
}

/** Something that a tool tells on stderr with --json while it works. */
export type ToolEvent = Readonly<Record<string, unknown>>;

export interface ToolTests {
  /** Runs one of our tools, which must succeed, and gives its --json result, which must be as its schema says. */
  readonly result: <Value = Result>(host: ToolHost, line: string) => Promise<Value>;
  /** The one domain of that name, as `vm-list` gives it. */
  readonly listed: (host: ToolHost, name: string) => Promise<Result>;
  /** Runs one of our tools, which must fail, and gives its exit status and its --json error. */
  readonly failure: (host: ToolHost, line: string) => Promise<Failure>;
  /**
   * Runs one of our tools until an event on its stderr fulfils `when`, then gives it Ctrl-C. Undefined if it ended by
   * itself before.
   */
  readonly interrupt: (
    host: ToolHost,
    line: string,
    when: (event: ToolEvent) => boolean,
  ) => Promise<Failure | undefined>;
  /** Runs one of our tools until `reached` says so, then gives it Ctrl-C; it must fail of that. */
  readonly interruptAt: (host: ToolHost, line: string, reached: () => Promise<unknown>) => Promise<Failure>;
}

/**
 * Our tools as tests see them: on real hosts and on simulated ones alike.
 *
 * @param options with which their lines are run, where hosts of a kind want others than their own
 */
export function toolTests(options?: { readonly timeoutMs: number }): ToolTests {
  async function result<Value = Result>(host: ToolHost, line: string): Promise<Value> {
    const value: unknown = JSON.parse(await host.run(`${line} --json`, options));
    await checkResult(line, value);
    return value as Value;
  }
  return {
    result,
    async listed(host, name) {
      const [domain] = await result<Result[]>(host, `vm-list ${name}`);
      if (domain === undefined) throw new Error(`vm-list ${name} gave an empty list`);
      return domain;
    },
    async failure(host, line) {
      const { code, stdout, stderr } = await host.exec(`${line} --json`, options);
      if (code === 0) throw new Error(`${line} was to fail and has not: ${stdout}`);
      return { status: code, error: await printedError(line, stdout, `status ${code}: ${stderr}`) };
    },
    interrupt,
    interruptAt,
  };
}

async function interrupt(
  host: ToolHost,
  line: string,
  when: (event: ToolEvent) => boolean,
): Promise<Failure | undefined> {
  const child = host.spawn(`exec ${line} --json`);
  let stdout = '';
  let stderr = '';
  let sent: Promise<void> | undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    const events = stderr.split('\n').slice(0, -1).flatMap(parsed);
    if (sent === undefined && events.some(when)) sent = child.kill('SIGINT').catch(() => undefined);
  });
  const status = await child.exited;
  await sent;
  if (sent === undefined || status === 0) return undefined;
  for (const event of stderr.split('\n').flatMap(parsed)) await checkLine(line, event);
  return { status, error: await printedError(line, stdout, `status ${status}: ${stderr}`) };
}

async function interruptAt(host: ToolHost, line: string, reached: () => Promise<unknown>): Promise<Failure> {
  const child = host.spawn(`exec ${line} --json`);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  await Promise.race([reached(), child.exited]);
  await child.kill('SIGINT');
  const [status, [stdout, stderr]] = await Promise.all([child.exited, output]);
  return { status, error: await printedError(line, stdout, `status ${status}: ${stderr}`) };
}

async function printedError(line: string, stdout: string, otherwise: string): Promise<PrintedError> {
  const [printed] = stdout.trim().split('\n').slice(-1).flatMap(parsed);
  if (printed?.['error'] === undefined) throw new Error(`${line}: no error was printed: ${otherwise}`);
  await checkFailure(line, printed);
  return printed['error'] as PrintedError;
}

function parsed(line: string): Record<string, unknown>[] {
  try {
    return [JSON.parse(line) as Record<string, unknown>];
  } catch {
    return [];
  }
}
