import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { readCore } from '@vm-tools/xen-stream/testing';
import { PAGE_BYTES } from '../../memory/index.ts';
import { emptyDomain, machineFor, smallGuest } from '../testing/guest-host.ts';
import { dumpDomain } from './dump-domain.ts';

const machine = machineFor();

describe('a core', () => {
  test('has each page of the domain under its frame', async () => {
    const domain = smallGuest(machine);
    const { stream, done } = dumpDomain(machine, domain.domid);
    const [bytes] = await Promise.all([buffer(stream), done]);
    const core = readCore(bytes);
    expect(core).toMatchObject({ isTranslated: true, vcpus: domain.onlineVcpus });
    expect(core.pages.size).toBe(domain.totPages);
    const page = Buffer.alloc(PAGE_BYTES);
    for (const [pfn, content] of core.pages) {
      domain.memory.readPage(Number(pfn), page);
      expect(content.equals(page)).toBe(true);
    }
  });

  test('of no domain, and of one that has not been built', async () => {
    await expect(dumpDomain(machine, 4711).done).rejects.toMatchObject({
      code: 'XEN_NO_DOMAIN',
      details: { call: 'xc_domain_dumpcore_via_callback', errnoName: 'ESRCH' },
    });
    const { domid } = emptyDomain(machine);
    await expect(dumpDomain(machine, domid).done).rejects.toMatchObject({
      code: 'XEN_CALL_FAILED',
      message: expect.stringContaining('No VCPU context could be grabbed'),
    });
  });

  test('an abort ends it', async () => {
    const domain = smallGuest(machine, 1000);
    const stop = new AbortController();
    const { stream, done } = dumpDomain(machine, domain.domid, { signal: stop.signal });
    stream.once('readable', () => stop.abort());
    await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
