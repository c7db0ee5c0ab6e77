import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import {
  addForeignDomain,
  failure,
  result,
  state,
  testOnHost,
  testRefusals,
  unchanged,
  waitForTicks,
} from '@vm-tools/xen-sim/testing';

testRefusals((domain) => `vm-destroy ${domain}`);

testOnHost('a domain is gone without a trace, whatever it was doing', async (host) => {
  const before = await state(host);
  const { domid, uuid } = await result(host, 'vm-create rude.cfg name=deaf');
  await result(host, 'vm-create polite.cfg name=paused --paused');
  const other = await addForeignDomain(host, 'foreign');
  await waitForTicks(host, 'deaf');
  const destroyed = await result(host, `vm-destroy ${uuid}`);
  expect(destroyed).toEqual({ domid, uuid, name: 'deaf', state: 'destroyed' });
  await result(host, 'vm-destroy paused');
  await result(host, `vm-destroy ${other}`);
  expect(await state(host)).toEqual(before);
  expect(await failure(host, `vm-destroy ${domid}`)).toMatchObject({ status: 3 });
});

testOnHost('dom0 is not destroyed', async (host) => {
  const { status, error } = await unchanged(host, () => failure(host, 'vm-destroy Domain-0'));
  expect({ status, code: error.code }).toEqual({ status: 2, code: 'DOMAIN_IS_DOM0' });
});

testOnHost('what failed in the middle is finished by doing it again', async (host) => {
  const before = await state(host);
  await result(host, 'vm-create polite.cfg name=stuck');
  host.simulated.faults.add({ call: 'domainDestroy', errno: 'EBUSY' });
  const { status, error } = await failure(host, 'vm-destroy stuck');
  expect({ status, kind: error.kind }).toEqual({ status: 1, kind: 'failure' });
  expect(error.message).toContain('xc_domain_destroy');
  await result(host, 'vm-destroy 1');
  expect(await state(host)).toEqual(before);
});

testOnHost(
  'what a destroying that was killed before its last step has left is removed by doing it again',
  async (host) => {
    const before = await state(host);
    const { domid, uuid } = await result(host, 'vm-create polite.cfg name=half');
    const stored = `var/lib/xen/userdata-d.${domid}.${uuid}.libxl-json`;
    const path = join(host.simulated.root, stored);
    const config = await readFile(path);
    await result(host, 'vm-destroy half');
    for (const wanted of [domid, uuid]) {
      await writeFile(path, config);
      await result(host, `vm-destroy ${wanted}`);
      expect(await state(host)).toEqual(before);
      expect(await failure(host, `vm-destroy ${wanted}`)).toMatchObject({ status: 3 });
    }
  },
);
