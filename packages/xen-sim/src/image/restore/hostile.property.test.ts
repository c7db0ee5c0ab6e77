/** Whatever comes in, a restore ends, with a typed error or with a domain. */
import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VmToolsError } from '@vm-tools/errors';
import { LibxcVerifier } from '@vm-tools/xen-stream';
import { buildDomain } from '../build/build-domain.ts';
import { emptyDomain, machineFor, pvhSpec, smallGuest } from '../testing/guest-host.ts';
import { kernelFile } from '../testing/kernel-file.ts';
import { savedStream } from '../testing/streams.ts';
import { restoreDomain } from './restore-domain.ts';

const machine = machineFor();
const images: { pv: Buffer; pvh: Buffer } = { pv: Buffer.alloc(0), pvh: Buffer.alloc(0) };

beforeAll(async () => {
  images.pvh = await savedStream(machine, smallGuest(machine, 4));
  await using kernel = await kernelFile();
  const domain = emptyDomain(machine, { type: 'pv', mib: 2, vcpus: 1 });
  const memory = { targetKib: 2048, maxKib: 2048 };
  await buildDomain(machine, domain.domid, {
    ...pvhSpec,
    type: 'pv',
    kernel: kernel.path,
    cmdline: '',
    maxVcpus: 1,
    ...memory,
  });
  images.pv = await savedStream(machine, domain);
});

async function verdictOf(
  bytes: Uint8Array,
  type: 'pv' | 'pvh',
  cuts: readonly number[] = [],
): Promise<string> {
  const { domid } = emptyDomain(machine, { type, vcpus: 1 });
  const { sink, done } = restoreDomain(machine, domid, { ...pvhSpec, type });
  const ends = [...cuts, bytes.length].sort((a, b) => a - b);
  ends.forEach((end, index) => sink.write(bytes.subarray(ends[index - 1] ?? 0, end)));
  sink.end();
  const verdict = await done.then(
    () => 'accepted',
    (error: unknown) => (error instanceof VmToolsError ? error.message : `untyped: ${String(error)}`),
  );
  machine.destroyDomain(domid);
  return verdict;
}

/** Damage to what is not contents of pages: in the head of the stream, or in its tail. */
function damaged(stream: Buffer, position: number, value: number): Buffer {
  const structureBytes = 3000;
  const at = position % (2 * structureBytes);
  const copy = Buffer.from(stream);
  copy.writeUInt8(value, at < structureBytes ? at : copy.length - (at - structureBytes) - 1);
  return copy;
}

test.each(['pv', 'pvh'] as const)('a damaged stream of a %s guest', async (type) => {
  const stream = images[type];
  expect(await verdictOf(stream, type)).toBe('accepted');
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.nat(255),
      fc.array(fc.nat(stream.length)),
      async (position, value, cuts) => {
        const bytes = damaged(stream, position, value);
        const verdict = await verdictOf(bytes, type);
        expect(verdict).toMatch(/^accepted$|^xc_domain_restore: /);
        expect(await verdictOf(bytes, type, cuts)).toBe(verdict);

        // A stream that passes the verifier, which every restore has in front, is restored.
        const verifier = new LibxcVerifier({ expect: type, newestXen: machine.version });
        const isSound = (): boolean => {
          try {
            verifier.push(bytes);
            verifier.finish();
            return true;
          } catch {
            return false;
          }
        };
        if (isSound() && verdict !== 'accepted')
          expect(verdict).toMatch(
            /Failed to populate|set HVM param|bad mfn|out of range|bad type|vcpu_id|TSC/,
          );
      },
    ),
    { numRuns: 60 },
  );
});

test.each(['pv', 'pvh'] as const)('a %s stream that ends early', async (type) => {
  const stream = images[type];
  await fc.assert(
    fc.asyncProperty(fc.nat(stream.length - 1), async (length) => {
      expect(await verdictOf(stream.subarray(0, length), type)).toMatch(
        /^xc_domain_restore: Failed to read .* \(0 = Success\)$/,
      );
    }),
    { numRuns: 40 },
  );
});

test('records of any kind', async () => {
  const headers = images.pvh.subarray(0, 40);
  const record = fc
    .tuple(fc.nat(0x14), fc.oneof(fc.nat(64), fc.nat()), fc.uint8Array({ maxLength: 64 }))
    .map(([type, length, body]) => {
      const start = Buffer.alloc(8);
      start.writeUInt32LE(type, 0);
      start.writeUInt32LE(length, 4);
      return Buffer.concat([start, body]);
    });
  await fc.assert(
    fc.asyncProperty(fc.array(record), async (records) => {
      expect(await verdictOf(Buffer.concat([headers, ...records]), 'pvh')).toMatch(/^xc_domain_restore: /);
    }),
    { numRuns: 100 },
  );
});
