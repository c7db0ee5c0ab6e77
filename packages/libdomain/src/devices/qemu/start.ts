import type { QemuProcess } from '@vm-tools/dom0';
import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../../host.ts';
import { qemuArguments, qemuEnvironment, type ServedGuest } from './arguments.ts';
import { awaitServed } from './await-served.ts';
import { endQemu } from './end.ts';
import { lastWordsOfQemu } from './last-words.ts';
import { modelPath, pidPath, qemuLogPath, QEMU_PROGRAM } from './paths.ts';
import { admitViewers } from './viewers.ts';

/** As libxl has it (LIBXL_DEVICE_MODEL_START_TIMEOUT). */
const START_LIMIT_MS = 60_000;
/** What qemu writes is kept in memory by it up to here. */
const CONSOLE_LIMIT_BYTES = 1_048_576;
/** Between two looks whether it has ended: xenstore does not tell. */
const LOOK_MS = 250;

/**
 * Starts the qemu that serves devices of a guest, and waits until it says that it runs, and has taken those that are
 * there.
 *
 * @throws DOMAIN_NO_DEVICE_MODEL with the end of its log, DOMAIN_DEVICE_NO_BACKEND; nothing of it is left then
 */
export async function startQemu(host: Host, guest: ServedGuest, signal: AbortSignal): Promise<void> {
  const { domid, name } = guest;
  const { store, dom0 } = host;
  let pid: number | undefined;
  try {
    await store.transaction(async (tx) => {
      await tx.rm(modelPath(domid));
      await tx.mkdir(modelPath(domid));
    });
    ({ pid } = await dom0.startQemu({
      domid,
      program: QEMU_PROGRAM,
      args: qemuArguments(guest),
      env: {
        ...qemuEnvironment(guest),
        XEN_QEMU_CONSOLE_LIMIT: `${CONSOLE_LIMIT_BYTES}`,
        XEN_DOMAIN_ID: `${domid}`,
      },
      logPath: qemuLogPath(host, name),
    }));
    await store.write(pidPath(domid), `${pid}`);
    const how = await awaitRunning(host, { domid, pid }, signal);
    if (how !== 'runs') throw await notStarted(host, name, how);
    await admitViewers(host, guest, signal);
    await awaitServed(host, guest, signal);
  } catch (thrown) {
    if (pid !== undefined) await dom0.endQemu({ domid, pid }, 'at-once');
    await endQemu(host, domid, 'at-once');
    throw thrown;
  }
}

/** @returns how it is when it runs, has ended, or the time is up */
async function awaitRunning(
  { store, dom0 }: Host,
  qemu: QemuProcess,
  signal: AbortSignal,
): Promise<'runs' | 'has ended' | 'is late'> {
  const path = `${modelPath(qemu.domid)}/state`;
  const ended = new AbortController();
  const look = setInterval(() => {
    const note = (isThere: boolean): void => {
      if (!isThere) ended.abort();
    };
    dom0.isQemu(qemu).then(note, () => undefined); // that it cannot be asked says nothing of it
  }, LOOK_MS);
  try {
    const isRunning = async (): Promise<true | undefined> =>
      (await store.read(path)) === 'running' ? true : undefined;
    await store.waitFor(path, isRunning, {
      timeoutMs: START_LIMIT_MS,
      signal: AbortSignal.any([signal, ended.signal]),
      what: 'qemu to run',
    });
    return 'runs';
  } catch (thrown) {
    if (!signal.aborted && ended.signal.aborted) return 'has ended';
    if (thrown instanceof VmToolsError && thrown.code === 'XENSTORE_TIMEOUT') return 'is late';
    throw thrown;
  } finally {
    clearInterval(look);
  }
}

async function notStarted(host: Host, name: string, how: 'has ended' | 'is late'): Promise<VmToolsError> {
  const path = qemuLogPath(host, name);
  const lastWords = await lastWordsOfQemu(path);
  const outcome = how === 'has ended' ? how : `does not run after ${START_LIMIT_MS / 1000} s`;
  return new VmToolsError({
    code: 'DOMAIN_NO_DEVICE_MODEL',
    kind: how === 'has ended' ? 'failure' : 'timeout',
    message: `the qemu that was to serve devices of ${name} ${outcome}${lastWords === '' ? '' : `: ${lastWords}`}`,
    hint: `see its log, ${path}`,
    details: { log: path, lastWords },
  });
}
