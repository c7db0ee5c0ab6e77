/** Does verify-stream-v2 of Xen's own tools accept what is saved? Runs where xen-utils-4.17 is installed. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildDomain } from './build/build-domain.ts';
import { emptyDomain, machineFor, pvhSpec, smallGuest } from './testing/guest-host.ts';
import { kernelFile } from './testing/kernel-file.ts';
import { savedStream } from './testing/streams.ts';

const xenLib = process.env['VM_TOOLS_XEN_LIBDIR'] ?? '/usr/lib/xen-4.17';
const script = join(xenLib, 'bin', 'verify-stream-v2');
const isThere = existsSync(script);
// Jest says how many tests it skipped, but not why.
if (!isThere)
  process.stderr.write(`oracle.test.ts is skipped: ${script} of xen-utils-4.17 is not installed\n`);

const machine = machineFor();

async function verdictOf(stream: Buffer): Promise<string> {
  await using file = await kernelFile(stream);
  const env = { ...process.env, PYTHONPATH: join(xenLib, 'lib', 'python') };
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile('python3', [script, '-f', 'libxc', '-i', file.path], { env, timeout: 20_000 }, (error) =>
    resolve(error === null ? 'accepted' : `refused with ${error.code}`),
  );
  return await promise; // until then the file must be there
}

(isThere ? describe : describe.skip)('verify-stream-v2 accepts', () => {
  test('a guest of a few pages', async () => {
    const stream = await savedStream(machine, smallGuest(machine));
    expect(await verdictOf(stream)).toBe('accepted');
    expect(await verdictOf(stream.subarray(0, -1))).toBe('refused with 1');
  });

  test.each(['pv', 'pvh'] as const)('a %s guest that was built here', async (type) => {
    await using kernel = await kernelFile();
    const { domid } = emptyDomain(machine, { type });
    const [memory, ports] = [{ targetKib: 4096, maxKib: 4096 }, pvhSpec];
    await buildDomain(machine, domid, {
      ...ports,
      ...memory,
      type,
      kernel: kernel.path,
      cmdline: '',
      maxVcpus: 2,
    });
    expect(await verdictOf(await savedStream(machine, machine.requireDomain(domid, 'test')))).toBe(
      'accepted',
    );
  });
});
