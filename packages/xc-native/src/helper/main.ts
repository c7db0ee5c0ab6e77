/**
 * The helper process: makes long calls of libxenguest, one after the other, for as long as its parent lives. It is
 * started only by the functions of this package; bundled, it is the file xc-helper.js.
 */
import { closeSync } from 'node:fs';
import { VmToolsError, messageOf } from '@vm-tools/errors';
import { encodeError } from '@vm-tools/ipc';
import { loadNative } from '../koffi/native.ts';
import { Libxc } from '../libxc.ts';
import { supportFor } from '../versions/index.ts';
import { DATA_FD, hasStream, type Job, type Message } from './messages.ts';
import { ParentLink } from './parent-link.ts';
import { runJob } from './run-job.ts';

// Ctrl-C reaches every process of a terminal. Only the parent may decide what it means: libxc must not be torn out
// of a save, which would leave the guest in log-dirty mode or suspended.
// A parent that cuts what libxc may write to a file (SIGXFSZ) wants the write to fail.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGXFSZ'] as const) process.on(signal, () => undefined);

const parent = new ParentLink();
void work();

async function work(): Promise<never> {
  for (let job = parent.receive(); job !== undefined; job = parent.receive()) {
    const answer = await perform(job as Job);
    if (hasStream(job as Job)) closeSync(DATA_FD); // an image ends with its socket
    parent.send(answer);
  }
  // The rest (koffi's threads, signal handlers) need not be waited for.
  return process.exit(0);
}

async function perform(job: Job): Promise<Message> {
  try {
    const support = supportFor(job.version);
    const native = await loadNative(job.libraries, support);
    const libxc = Libxc.open(native, support, (line) => parent.send({ type: 'log', line }));
    try {
      const frames = runJob(libxc, job, parent);
      return frames === undefined ? { type: 'done' } : { type: 'done', frames };
    } finally {
      libxc.close();
    }
  } catch (error) {
    return { type: 'failed', error: encodeError(asOurs(error)) };
  }
}

function asOurs(thrown: unknown): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  return new VmToolsError({
    code: 'XEN_HELPER_FAILED',
    message: messageOf(thrown),
    hint: 'this looks like a defect of vm-tools: please report it',
    cause: thrown,
  });
}
