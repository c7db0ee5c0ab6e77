import { expect, test } from '@jest/globals';
import { callError } from './call-error.ts';

const failure = { call: 'xc_domain_create', errno: 0, errnoText: 'Success', log: [] };

test('errno speaks where libxc does not', () => {
  const error = callError({ ...failure, domid: 7, errno: 16, errnoText: 'Device or resource busy' });
  expect(error.message).toBe('xc_domain_create: Device or resource busy (EBUSY)');
  expect(error).toMatchObject({
    code: 'XEN_CALL_FAILED',
    kind: 'failure',
    details: { call: 'xc_domain_create', errno: 16, errnoName: 'EBUSY', domid: 7 },
  });
});

test('"0 = Success" is never a cause', () => {
  const error = callError(failure);
  expect(error.message).toBe('xc_domain_create: failed, and libxc gave no cause');
  expect(error.details).toEqual({ call: 'xc_domain_create' });
});

test("libxc's first error line is the cause, its log travels along", () => {
  const log = [
    'detail: looking',
    'error: panic: xg_dom_core.c:114: xc_dom_find_loader: no loader found',
    'error: x',
  ];
  const error = callError({
    ...failure,
    call: 'xc_dom_parse_image',
    errno: 22,
    errnoText: 'Invalid',
    log,
    xcError: 2,
  });
  expect(error.message).toBe('xc_dom_parse_image: xc_dom_find_loader: no loader found');
  expect(error).toMatchObject({ code: 'XEN_KERNEL_INVALID', kind: 'usage', log });
});

test("what says nothing is left out of libxc's sentence", () => {
  const call = 'xc_dom_boot_mem_init';
  const said = "panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory: Internal error";
  expect(callError({ ...failure, call, log: [`error: ${said}`] }).message).toBe(
    "xc_dom_boot_mem_init: can't allocate low memory",
  );
});

test.each([
  [{ call: 'xc_dom_kernel_file', errno: 2 }, 'XEN_FILE_UNREADABLE', 'usage'],
  [{ errno: 12 }, 'XEN_NO_MEMORY', 'resource'],
  [{ xcError: 4 }, 'XEN_NO_MEMORY', 'resource'],
  [{ errno: 3 }, 'XEN_NO_DOMAIN', 'no-domain'],
])('%p is %s', (known, code, kind) => {
  expect(callError({ ...failure, ...known })).toMatchObject({ code, kind, hint: expect.any(String) });
});
