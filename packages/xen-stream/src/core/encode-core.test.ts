import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCore } from '../testing/read-core.ts';
import { encodeCoreHead, encodeCoreTail } from './encode-core.ts';
import { CORE_PAGE_BYTES, VCPU_CONTEXT_BYTES } from './layout.ts';

const xen = { major: 4, minor: 17, extra: '.7' };
const page = (byte: number): Buffer => Buffer.alloc(CORE_PAGE_BYTES, byte);
const context = (byte: number): Buffer => Buffer.alloc(VCPU_CONTEXT_BYTES, byte);

test('what is written is read back', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(fc.nat(255), { minLength: 1, maxLength: 3 }),
      fc.option(fc.nat(255), { nil: undefined }),
      fc.uniqueArray(fc.bigInt(0n, 2n ** 40n), { maxLength: 5 }),
      (isTranslated, vcpus, shared, pfns) => {
        const facts = {
          isTranslated,
          vcpuContexts: vcpus.map(context),
          pages: pfns.length,
          xen,
          ...(shared === undefined ? {} : { sharedInfo: page(shared) }),
        };
        const frames = pfns.map((pfn) => ({ pfn, gmfn: pfn + 7n }));
        const contents = pfns.map((_, index) => page(index));
        const core = readCore(
          Buffer.concat([encodeCoreHead(facts), ...contents, encodeCoreTail(facts, frames)]),
        );
        expect(core).toMatchObject({ isTranslated, vcpus: vcpus.length, xen: '4.17.7' });
        expect([...core.pages]).toEqual(pfns.map((pfn, index) => [pfn, contents[index]]));
        expect(core.sections['.xen_prstatus']).toEqual(Buffer.concat(vcpus.map(context)));
        expect(core.sections['.xen_shared_info']).toEqual(facts.sharedInfo);
        const p2m = core.sections['.xen_p2m'];
        expect(p2m?.length).toBe(isTranslated ? undefined : 16 * pfns.length);
        if (p2m !== undefined && p2m.length > 0) expect(p2m.readBigUInt64LE(8)).toBe(frames[0]?.gmfn);
      },
    ),
  );
});

test('pages begin where a page of a file does', () => {
  for (let vcpus = 1; vcpus < 20; vcpus++) {
    const facts = { isTranslated: true, vcpuContexts: Array(vcpus).fill(context(1)), pages: 1, xen };
    expect(encodeCoreHead(facts).length % CORE_PAGE_BYTES).toBe(0);
  }
});
