/** Does verify-stream-v2 of Xen's own tools accept what is saved? */
import { expect, test } from '@jest/globals';
import { askVerifyStream } from '@vm-tools/xen-stream/testing';
import { describeOracle } from '@vm-tools/xen-stream/testing/oracle';
import { buildDomain } from './build/build-domain.ts';
import { emptyDomain, machineFor, pvhSpec, smallGuest } from './testing/guest-host.ts';
import { kernelFile } from './testing/kernel-file.ts';
import { savedStream } from './testing/streams.ts';

const machine = machineFor();

async function verdictOf(stream: Buffer): Promise<string> {
  await using file = await kernelFile(stream);
  return await askVerifyStream(file.path, 'libxc'); // until then the file must be there
}

describeOracle('verify-stream-v2 accepts', () => {
  test('a guest of a few pages', async () => {
    const stream = await savedStream(machine, smallGuest(machine));
    expect(await verdictOf(stream)).toBe('accepted');
    expect(await verdictOf(stream.subarray(0, -1))).toMatch(/^refused with 1:/);
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
