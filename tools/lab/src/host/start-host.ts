import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@vm-tools/cli/testing';
import { connect } from './connection.ts';
import type { HostName } from '../machine/host-name.ts';
import { labError } from '../local/lab-error.ts';
import { labDirectory, layout } from '../local/layout.ts';
import type { HostState } from '../lab-state.ts';
import { startMachine } from '../machine/machine.ts';
import type { HostSpec } from '../machine/qemu-arguments.ts';
import { waitForText } from './wait-for-text.ts';

/** A slow machine with both processors busy elsewhere needs more than a minute; seen here: eleven seconds. */
const bootLimitMs = 180_000;
const attempts = 3;
/** Disks of guests lie there. */
const ownerOnly = 0o700;

/**
 * Starts a host and waits until it can be used.
 *
 * @param started is told at once, so that a host that never gets ready can be ended as well
 */
export async function startHost(
  spec: Omit<HostSpec, 'sshPort'>,
  keep: boolean,
  started: (host: HostName, state: HostState) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  await rm(spec.logs, { recursive: true, force: true });
  await mkdir(join(spec.logs, 'console'), { recursive: true });
  await mkdir(spec.exchange, { recursive: true });
  await mkdir(spec.shared, { recursive: true, mode: ownerOnly });
  for (let attempt = 1; ; attempt++) {
    const sshPort = await freePort();
    const machine = await startMachine({ ...spec, sshPort }, keep, signal);
    const { release, image } = spec;
    await started(spec.name, { pid: machine.pid, sshPort, release, image });
    const { promise: died, reject } = Promise.withResolvers<never>();
    const early = labError({
      code: 'BOOT',
      message: `QEMU of host ${spec.name} ended before it was ready`,
      logs: spec.logs,
    });
    void machine.ended.then(() => reject(early));
    died.catch(() => undefined);
    const ready = waitForText(
      [join(spec.logs, 'serial.log')],
      /lab: \w+ is ready/,
      `start of host ${spec.name}`,
      {
        timeoutMs: bootLimitMs,
        signal,
      },
    );
    ready.catch(() => undefined);
    try {
      await Promise.race([ready, died]);
    } catch (error) {
      // Another process may have taken the port between our look and QEMU's.
      if (error === early && attempt < attempts) continue;
      throw error;
    }
    const directory = labDirectory(spec.lab);
    await connect({ host: spec.name, directory, key: layout.key, port: sshPort }, signal);
    return;
  }
}
