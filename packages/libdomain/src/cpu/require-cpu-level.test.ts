import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { describeCpu, formatCpuDocument, type CpuDocument } from './index.ts';
import { requireCpuLevel } from './require-cpu-level.ts';

let host: SimulatedHost;
let folder: string;
let plain: CpuDocument;

beforeAll(async () => {
  host = await createSimulatedHost({ withoutCpuFeatures: ['avx'] });
  folder = await mkdtemp(join(tmpdir(), 'cpu-'));
  plain = await describeCpu(host, 'pvh');
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function fileWith(document: Partial<CpuDocument>): Promise<string> {
  const path = join(folder, 'pool.json');
  await writeFile(path, formatCpuDocument({ ...plain, ...document }));
  return path;
}

test('a host describes its processors', () => {
  expect(plain).toMatchObject({
    ...{ cpuPolicy: 1, type: 'pvh', vendor: 'GenuineIntel', xen: '4.17.7' },
    leaves: { basic: 13, features: 0, extended: 8 },
    features: expect.arrayContaining(['fpu', 'aesni']),
  });
  expect(plain.features).not.toContain('avx');
  expect(plain).not.toHaveProperty('archCapabilities'); // which is 0
});

describe('what a guest may have', () => {
  const { features, leaves } = {
    features: ['fpu', 'aesni'],
    leaves: { basic: 13, features: 0, extended: 8 },
  };

  test('is read from a file, or stands in the configuration', async () => {
    const path = await fileWith({ features });
    expect(await requireCpuLevel(host, { type: 'pvh', cpuPolicy: path })).toEqual({ features, leaves });
    expect(await requireCpuLevel(host, { type: 'pvh', cpuPolicy: { features } })).toEqual({ features });
  });

  test('may say more that is told for all hosts of a pool', async () => {
    const gathered = { features: [...features, 'md_clear', 'x2apic'] };
    expect(await requireCpuLevel(host, { type: 'pvh', cpuPolicy: gathered })).toEqual(gathered);
  });

  test.each<[document: Partial<CpuDocument>, message: string, details: object]>([
    [
      { features: ['fpu', 'avx', 'avx2'] },
      'the processors of this host lack avx, avx2',
      { missing: ['avx', 'avx2'] },
    ],
    [{ features: ['arch_caps'], archCapabilities: '0x8' }, 'lack arch_caps', { missing: ['arch_caps'] }],
    [{ vendor: 'AuthenticAMD' }, 'of GenuineIntel, and not of AuthenticAMD', { vendor: 'GenuineIntel' }],
    [{ type: 'pv' }, 'those of pv guests, and it is a pvh guest', { type: 'pv' }],
  ])('is refused: %j', async (document, message, details) => {
    await expect(
      requireCpuLevel(host, { type: 'pvh', cpuPolicy: await fileWith(document) }),
    ).rejects.toMatchObject({
      ...{ code: 'DOMAIN_CPU_LACKING', kind: 'usage', details },
      message: expect.stringContaining(message),
    });
  });

  test('is no file', async () => {
    const cpuPolicy = join(folder, 'absent.json');
    await expect(requireCpuLevel(host, { type: 'pvh', cpuPolicy })).rejects.toMatchObject({
      ...{ code: 'CONFIG_UNREADABLE', details: { file: cpuPolicy } },
    });
  });
});
