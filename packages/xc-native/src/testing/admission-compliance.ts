import { describe, expect, test } from '@jest/globals';
import { cpuFeatures, cpuVendor, findLeaf } from '../cpu/cpu-policy.ts';
import { cpuLeaves } from '../cpu/cpu-leaves.ts';
import { CPUID_REGISTER_OFFSETS, LEAF_BYTES, MSR_BYTES } from '../cpu/entries.ts';
import type { Xen } from '../xen.ts';
import { MEMORY_KIB, type ComplianceDomains } from './compliance-domains.ts';

const PAGES = MEMORY_KIB / 4;
const TYPES = ['pv', 'pvh'] as const;
/** Features that Xen gives to all guests, and those that are none of a guest's business. */
const ALWAYS = ['apic', 'htt', 'x2apic', 'hypervisor', 'cmp_legacy', 'fdp_excp_only', 'no_fpu_sel'];

/** The calls before a domain comes: processor and memory. */
export function admissionCompliance(
  host: () => { readonly xen: Xen; readonly domains: ComplianceDomains },
): void {
  describe('CPU policies', () => {
    test.each(TYPES)('%s: what a new domain is told is no more than its host can', async (type) => {
      const { xen, domains } = host();
      const domid = await domains.create({ type });
      await xen.domainMaxVcpus(domid, 1);
      await xen.cpuidApplyPolicy(domid, { restore: false });
      const [guest, most] = [await xen.cpuPolicyGetDomain(domid), await xen.cpuPolicyGetSystem(type)];
      expect(guest.cpuid.length % LEAF_BYTES).toBe(0);
      expect(guest.msrs.length % MSR_BYTES).toBe(0);
      expect(cpuVendor(guest)).toMatch(/^\w{12}$/);
      expect(cpuVendor(most)).toBe(cpuVendor(guest));
      const more = [...cpuFeatures(guest)].filter((name) => !cpuFeatures(most).has(name));
      expect(ALWAYS).toEqual(expect.arrayContaining(more));
      expect([...cpuFeatures(guest)]).toEqual(expect.arrayContaining(['fpu', 'sse2', 'cx8']));
      expect(await xen.cpuPolicyIsCompatible(type, guest)).toBe(true);
    });

    test.each(TYPES)('%s: a new domain has no more features than it is told', async (type) => {
      const { xen, domains } = host();
      const usual = [...cpuFeatures(await xen.cpuPolicyGetDefault(type))];
      // Nothing that the others could need.
      const [off] = ['aesni', 'rdrand', 'rdseed', 'movbe', 'popcnt'].filter((name) => usual.includes(name));
      expect(off).toBeDefined();
      const domid = await domains.create({ type });
      await xen.domainMaxVcpus(domid, 1);
      const features = usual.filter((name) => name !== off);
      await xen.cpuidApplyPolicy(domid, { restore: false, features });
      const guest = await xen.cpuPolicyGetDomain(domid);
      const has = cpuFeatures(guest);
      expect(has.has(off!)).toBe(false);
      expect([...features, ...ALWAYS]).toEqual(expect.arrayContaining([...has]));
      expect([...has]).toEqual(expect.arrayContaining(['fpu', 'sse2', 'cx8']));
      expect(await xen.cpuPolicyIsCompatible(type, guest)).toBe(true);
    });

    test('a new domain has no more leaves than it is told', async () => {
      const { xen, domains } = host();
      const usual = cpuLeaves(await xen.cpuPolicyGetDefault('pvh'));
      const domid = await domains.create({ type: 'pvh' });
      await xen.domainMaxVcpus(domid, 1);
      const leaves = { basic: usual.basic, features: 0, extended: usual.extended - 1 };
      await xen.cpuidApplyPolicy(domid, { restore: false, leaves });
      expect(cpuLeaves(await xen.cpuPolicyGetDomain(domid))).toEqual(leaves);
    });

    test('no domain is told what is no feature', async () => {
      const { xen, domains } = host();
      const domid = await domains.create({ type: 'pvh' });
      await xen.domainMaxVcpus(domid, 1);
      await expect(
        xen.cpuidApplyPolicy(domid, { restore: false, features: ['fpu', 'nonsense'] }),
      ).rejects.toMatchObject({ code: 'XEN_CPU_FEATURE', details: { name: 'nonsense' } });
    });

    test('more leaves than the host has are not compatible', async () => {
      const { xen } = host();
      const { cpuid, msrs } = await xen.cpuPolicyGetSystem('pvh');
      const more = Buffer.from(cpuid);
      const first = findLeaf(more, 0) as Buffer;
      first.writeUInt32LE(first.readUInt32LE(CPUID_REGISTER_OFFSETS.a) + 1, CPUID_REGISTER_OFFSETS.a);
      expect(await xen.cpuPolicyIsCompatible('pvh', { cpuid: more, msrs })).toBe(false);
    });
  });

  describe('a claim', () => {
    const outstanding = async (domid: number): Promise<number | undefined> =>
      (await host().xen.domainGetinfo(domid))?.outstandingPages;

    test('sets memory aside until it is given back', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      const before = await xen.physinfo();
      await xen.domainClaimPages(domid, PAGES);
      expect(await outstanding(domid)).toBe(PAGES);
      expect((await xen.physinfo()).outstandingPages - before.outstandingPages).toBe(PAGES);
      await expect(xen.domainClaimPages(domid, PAGES)).rejects.toMatchObject({
        details: { call: 'xc_domain_claim_pages', errnoName: 'EINVAL' },
      });
      await xen.domainClaimPages(domid, 0);
      await xen.domainClaimPages(domid, 0);
      expect(await outstanding(domid)).toBe(0);
    });

    test('goes with its domain', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      const before = await xen.physinfo();
      await xen.domainClaimPages(domid, PAGES);
      await domains.destroy(domid);
      expect((await xen.physinfo()).outstandingPages).toBe(before.outstandingPages);
    });

    test('is refused when there is not so much, or the domain may not have it', async () => {
      const { xen, domains } = host();
      const { domid } = await domains.empty();
      const { totalPages } = await xen.physinfo();
      await expect(xen.domainClaimPages(domid, 2 * PAGES)).rejects.toMatchObject({
        details: { errnoName: 'EINVAL' },
      });
      await xen.domainSetmaxmem(domid, 8 * totalPages);
      await expect(xen.domainClaimPages(domid, 2 * totalPages)).rejects.toMatchObject({
        code: 'XEN_NO_MEMORY',
        details: { errnoName: 'ENOMEM' },
      });
      expect(await outstanding(domid)).toBe(0);
    });
  });
}
