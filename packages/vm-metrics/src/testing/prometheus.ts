import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { messageOf } from '@vm-tools/errors';
import { buildAside, freePort, unpackPackage } from '@vm-tools/lab';
import { until } from '@vm-tools/xen-sim/testing';
import { shown } from '@vm-tools/words';

const FOLDER = join(import.meta.dirname, '../../../../.cache/prometheus');

/** The folder with Debian's programs, which are unpacked beside the machine; or why they are not here. */
export async function unpackPrometheus(): Promise<{ readonly bin: string } | { readonly why: string }> {
  try {
    const folder = await buildAside(FOLDER, (aside) => unpackPackage('bookworm', 'prometheus', aside));
    return { bin: join(folder, 'usr/bin') };
  } catch (thrown) {
    return { why: shown(messageOf(thrown)).replaceAll(/[[\]]/g, '') };
  }
}

/** The answer to a query, as its API has it. */
export interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly unknown[] };
}

export interface RunningPrometheus extends AsyncDisposable {
  /** The value of a query at this moment. */
  ask(query: string): Promise<Answer>;
}

/** Starts it with a configuration; it ends when it is disposed of. */
export async function startPrometheus(
  bin: string,
  { config, folder }: { readonly config: string; readonly folder: string },
): Promise<RunningPrometheus> {
  const port = await freePort();
  const at = `127.0.0.1:${port}`;
  const words = [`--config.file=${config}`, `--storage.tsdb.path=${folder}`, `--web.listen-address=${at}`];
  const child = spawn(join(bin, 'prometheus'), words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended: ${said}`);
    return fetch(`http://${at}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }, 'prometheus answers');
  return {
    ask: async (query) => {
      const answer = await fetch(`http://${at}/api/v1/query?query=${encodeURIComponent(query)}`);
      return (await answer.json()) as Answer;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
