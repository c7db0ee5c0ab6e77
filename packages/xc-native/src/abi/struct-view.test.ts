import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { XEN_4_17 } from '../versions/4.17.ts';
import { StructView } from './struct-view.ts';
import { formatUuid, parseUuid } from './uuid.ts';

test('what is set is read back, and nothing else changes', () => {
  fc.assert(
    fc.property(
      fc.nat(0xffff),
      fc.nat(0xffffffff),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.uuid(),
      (domain, flags, pages, handle) => {
        const view = new StructView(XEN_4_17.layouts.xc_domaininfo_t);
        view.set('domain', domain).set('flags', flags).set('tot_pages', pages).set('handle', handle);
        expect(view.get('domain')).toBe(domain);
        expect(view.get('flags')).toBe(flags);
        expect(view.get('tot_pages')).toBe(pages);
        expect(view.get('handle')).toBe(handle);
        expect(view.get('max_pages')).toBe(0n);
        expect(view.get('cpu_time')).toBe(0n);
      },
    ),
  );
});

test('a value that does not fit its field is refused', () => {
  const config = new StructView(XEN_4_17.layouts.xen_domctl_createdomain);
  expect(() => config.set('max_vcpus', 2 ** 32)).toThrow('out of range');
  expect(config.set('max_grant_frames', -1).get('max_grant_frames')).toBe(-1);
});

test("the caller's bytes are used in place", () => {
  const bytes = Buffer.alloc(56);
  new StructView(XEN_4_17.layouts.save_callbacks, bytes).set('switch_qemu_logdirty', 0x1122334455667788n);
  expect(bytes.readBigUInt64LE(40)).toBe(0x1122334455667788n);
});

test('UUIDs round-trip, and anything else is refused', () => {
  fc.assert(fc.property(fc.uuid(), (uuid) => expect(formatUuid(parseUuid(uuid))).toBe(uuid)));
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/^[0-9a-f-]{36}$/i.test(text));
      expect(() => parseUuid(text)).toThrow(
        expect.objectContaining({ code: 'XEN_UUID_SYNTAX', kind: 'usage' }),
      );
    }),
  );
});
