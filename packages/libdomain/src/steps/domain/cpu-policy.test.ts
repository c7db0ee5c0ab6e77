import { expect, test } from '@jest/globals';
import { cpuFeatures, cpuLeaves } from '@vm-tools/xc-native';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../../actions/create-domain.ts';
import { describeCpu } from '../../cpu/index.ts';
import { fromLibxlJson, toLibxlJson } from '../../image-config/index.ts';
import { restartDomain } from '../../policy/restart.ts';
import { sampleConfig } from '../../testing/sample-config.ts';
import { readUserdata } from '../../userdata.ts';

const LEAVES = { basic: 13, features: 0, extended: 7 };

test('a guest has no more features and leaves than its configuration names, and keeps them when it restarts', async () => {
  await using host = await createSimulatedHost();
  const features = ['fpu', 'sse', 'aesni'];
  const config = sampleConfig(host, { cpuPolicy: { features, leaves: LEAVES }, cpuid: 'host,sse=0' });
  let domain = await createDomain(host, config);
  for (const _start of ['first', 'second']) {
    const told = await host.xen.cpuPolicyGetDomain(domain.domid);
    expect([...cpuFeatures(told)]).toEqual(['fpu', 'aesni']);
    expect(cpuLeaves(told)).toEqual(LEAVES);
    const configJson = await readUserdata(host, domain);
    const stored = fromLibxlJson(configJson);
    expect(stored).toMatchObject({ cpuPolicy: { features: ['fpu', 'aesni'], leaves: LEAVES } });
    expect(stored).not.toHaveProperty('cpuid');
    const { domid, uuid, name } = domain;
    domain = (await restartDomain(host, { domid, uuid, name, configJson }))!;
  }
});

test('one that starts anew on a host that lacks some of them gets the others', async () => {
  await using host = await createSimulatedHost({ withoutCpuFeatures: ['avx', 'aesni'] });
  for (const [name, said, names] of [
    ['less', { cpuPolicy: { features: ['fpu', 'aesni', 'avx'] } }, ['fpu']],
    ['changed', { cpuid: 'host,avx=1,sse=0' }, undefined],
  ] as const) {
    const config = sampleConfig(host, said);
    await expect(createDomain(host, config)).rejects.toMatchObject({ code: 'DOMAIN_CPU_LACKING' });
    const { domid } = await createDomain(
      host,
      { ...config, name },
      {
        configJson: toLibxlJson(config),
      },
    );
    const usual = (await describeCpu(host, config.type)).features;
    const told = [...cpuFeatures(await host.xen.cpuPolicyGetDomain(domid))];
    expect(told).toEqual(names ?? usual.filter((name) => name !== 'sse'));
  }
});
