import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { failure, testOnHost } from '@vm-tools/xen-sim/testing';

testOnHost('a mistyped command or option gets a suggestion', async (host) => {
  for (const [line, status, hint] of [
    ['xfrd pers', 2, 'did you mean xfrd peers?'],
    ['vm-migrate lst', 2, 'did you mean vm-migrate list?'],
    ['vm-migrate lst b', 3, 'did you mean vm-migrate list? list the domains with vm-list'],
    ['xen-sim strat a', 2, 'did you mean xen-sim start?'],
  ] as const) {
    const { status: ended, error } = await failure(host, line);
    expect({ line, status: ended, hint: error.hint }).toEqual({ line, status, hint });
  }
  const option = await failure(host, 'vm-list --nmaes');
  expect(option.error.message).toBe("unknown option '--nmaes' (did you mean --names?)");
});

testOnHost('a domain of such a name is what is meant', async (host) => {
  await createGuest(host, 'lst');
  const { error } = await failure(host, 'vm-migrate lst localhost:1 --timeout 5m');
  expect(error.code).not.toBe('DOMAIN_UNKNOWN');
  expect(error.hint).not.toContain('did you mean');
});
