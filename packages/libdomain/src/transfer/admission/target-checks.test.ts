import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import type { Offer } from '@vm-tools/ports';
import type { DomainConfig } from '../../config/schema.ts';
import type { Host } from '../../host.ts';
import type { PlaceRules } from '../../places/index.ts';
import { arrivingOf, CHEAP_CHECKS, requireFiles, TARGET_CHECKS, type Arrival } from './target-checks.ts';

const uuid = '0f0e0d0c-0b0a-0908-0706-050403020100';
const offer: Offer = {
  ...{ name: 'web1', uuid, type: 'pv', memoryBytes: 4096 * 1024 + 1, maxMemoryBytes: 8192 * 1024 },
  ...{ vcpus: 3, live: true, xen: '4.17.7', configJson: '{}' },
};
const config = {
  ...{ name: 'web1', uuid, type: 'pvh', memoryKib: 2048, maxMemoryKib: 3072, maxVcpus: 2, kernel: '/absent' },
  ...{ disks: [], networks: [], framebuffers: [], channels: [], shares: [] },
} as unknown as DomainConfig & { readonly uuid: string };

const STRICT: PlaceRules = {
  ...{ kernels: [], requireKernels: true },
  ...{ disks: [], bridges: [], scripts: [], backends: [], folders: [], listen: [] },
};

const arrival = (more: Partial<Arrival> = {}): Arrival => ({
  ...{ host: {} as Host, offer, name: 'web2', readConfig: () => config },
  readRules: async () => STRICT,
  ...more,
});

const unreadable = (): never => {
  throw new VmToolsError({ code: 'IMAGE_CONFIG_CORRUPT', message: 'it cannot be read' });
};

const run = async (name: string, subject: Arrival): Promise<unknown> =>
  TARGET_CHECKS.find((check) => check.name === name)?.run(subject);

test('checks without a look at Xen come first, for a fast refusal', () => {
  expect(CHEAP_CHECKS.map(({ name }) => name)).toEqual(['host-open', 'name', 'uuid']);
});

describe('what a domain takes from the host', () => {
  test('is what its configuration says', () => {
    expect(arrivingOf(arrival())).toEqual({
      ...{ name: 'web2', uuid, type: 'pvh', memoryKib: 2048, maxMemoryKib: 3072, maxVcpus: 2 },
    });
  });

  test('is what is offered while that cannot be read, and no KiB less', () => {
    const unread = arrival({ readConfig: unreadable });
    const taken = { name: 'web2', uuid, type: 'pv', memoryKib: 4097, maxMemoryKib: 8192, maxVcpus: 3 };
    expect(arrivingOf(unread)).toEqual(taken);
    expect(arrivingOf({ ...unread, offer: { ...offer, type: 'vax' } })).toEqual({ ...taken, type: 'pvh' });
  });
});

describe('its files', () => {
  test('are looked at, unless it may come without', async () => {
    await expect(requireFiles(config, STRICT)).rejects.toMatchObject({ code: 'DOMAIN_FILE_NOT_ALLOWED' });
    const lax = { ...STRICT, requireKernels: false };
    await requireFiles(config, lax);
    await expect(requireFiles({ ...config, networks: [{}] }, lax)).rejects.toMatchObject({
      code: 'DOMAIN_DEVICE_NOT_ALLOWED',
    });
    await expect(run('kernel', arrival())).rejects.toMatchObject({ code: 'DOMAIN_FILE_NOT_ALLOWED' });
    await run('kernel', arrival({ readRules: async () => ({ ...STRICT, requireKernels: false }) }));
  });

  test('are told of only once when its configuration cannot be read', async () => {
    const readRules = (): never => {
      throw new Error('the rules are not needed');
    };
    await run('kernel', arrival({ readConfig: unreadable, readRules }));
    await expect(run('config', arrival({ readConfig: unreadable }))).rejects.toMatchObject({
      code: 'IMAGE_CONFIG_CORRUPT',
    });
  });
});

describe('an unknown type', () => {
  const host = {
    xen: { physinfo: async () => ({ capabilities: { hvm: true, hap: true, pv: true, shadow: true } }) },
  } as unknown as Host;

  test('is impossible here, and nothing is asked of its processor', async () => {
    const odd = arrival({ host, offer: { ...offer, type: 'vax', cpuPolicy: { cpuid: '', msrs: '' } } });
    await expect(run('type', odd)).rejects.toMatchObject({
      ...{ code: 'DOMAIN_TYPE_IMPOSSIBLE', kind: 'peer', details: { type: 'vax' } },
      hint: 'only pv and pvh domains can be moved',
    });
    await run('cpu-policy', odd);
    await run('type', arrival({ host }));
  });
});

describe('what its devices need', () => {
  const channels = [{ name: 'agent', connection: 'socket' as const, path: '/none/agent' }];
  const arrives = (found: string, rules: PlaceRules = STRICT): Arrival =>
    arrival({
      host: { root: '/', dom0: { lookAtProgram: async () => found } } as unknown as Host,
      readConfig: () => ({ ...config, channels }),
      readRules: async () => rules,
    });

  test('is looked at only where it may be', async () => {
    await expect(run('channels', arrives('runnable'))).rejects.toMatchObject({
      code: 'DOMAIN_FILE_NOT_ALLOWED',
    });
    const allowed = { ...STRICT, folders: ['/none'] };
    await expect(run('channels', arrives('runnable', allowed))).rejects.toMatchObject({
      code: 'DOMAIN_CHANNEL_PATH',
    });
  });

  test('is a qemu, for some', async () => {
    await run('device-model', arrives('runnable'));
    for (const found of ['absent', 'not-executable'])
      await expect(run('device-model', arrives(found))).rejects.toMatchObject({
        code: 'DOM0_QEMU_MISSING',
        kind: 'usage',
      });
    await run('device-model', arrival());
    await run('channels', arrival({ readConfig: unreadable }));
    await run('device-model', arrival({ readConfig: unreadable }));
  });
});

test('as many vCPUs as Xen has for a domain may come, and not one more', async () => {
  await run('vcpus', arrival({ offer: { ...offer, vcpus: 128 } }));
  await expect(run('vcpus', arrival({ offer: { ...offer, vcpus: 129 } }))).rejects.toMatchObject({
    ...{ code: 'DOMAIN_TOO_MANY_VCPUS', kind: 'peer', details: { vcpus: 129, max: 128 } },
  });
});
