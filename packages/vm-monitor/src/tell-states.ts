import { watch } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@vm-tools/errors';
import type { Domain } from '@vm-tools/libdomain';
import { writeAside } from '@vm-tools/write-file';

/** Where scripts ask, below the root of a host. */
export const STATES_FOLDER = 'run/vm-tools/states';
const QUESTION = /^ask\./;
const ANSWER = 'states';

type Told = Pick<Domain, 'uuid' | 'state'>;

/**
 * Tells the states of all domains to scripts for which it would take too long to start a tool, as the resource agent of
 * a pool that looks at each of its guests every few seconds.
 *
 * A script makes a file `ask.ANYTHING` in the folder. When that is gone, the file `states`, with a line "UUID STATE"
 * for each domain, is the outcome of a look that began after the question: however old the file may be, and whatever
 * the clocks say, the answer is not. A file that stays tells the script that vm-monitor does not answer, and that it
 * has to look itself.
 *
 * @param look at the domains; a look that fails answers nothing
 * @param onFailure called for the first of several looks that fail
 */
export async function tellStates(
  root: string,
  look: () => Promise<readonly Told[]>,
  onFailure: (words: string) => void,
): Promise<AsyncDisposable> {
  const folder = join(root, STATES_FOLDER);
  const states = join(folder, ANSWER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rm(states, { force: true }); // of a process that was killed
  let isAsked = false;
  let isFailing = false;
  let telling: Promise<void> | undefined;
  const tell = async (): Promise<void> => {
    while (isAsked) {
      isAsked = false;
      const questions = (await readdir(folder)).filter((name) => QUESTION.test(name));
      if (questions.length === 0) continue;
      const lines = (await look()).map(({ uuid, state }) => `${uuid} ${state}\n`);
      await writeAside(states, lines.join(''), { mode: 0o600, synced: 'nothing' });
      isFailing = false;
      for (const question of questions) await rm(join(folder, question), { force: true });
    }
  };
  const onChange = (): void => {
    isAsked = true;
    telling ??= tell()
      .catch((thrown: unknown) => {
        if (!isFailing) onFailure(messageOf(thrown));
        isFailing = true;
      })
      .finally(() => (telling = undefined));
  };
  const watcher = watch(folder, onChange);
  watcher.on('error', (error) => onFailure(messageOf(error)));
  onChange(); // to those that have asked before
  return {
    [Symbol.asyncDispose]: async () => {
      watcher.close();
      isAsked = false;
      await telling;
      // The answer first: a question that goes means that there is a newer one.
      await rm(states, { force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
