import { expect, test } from '@jest/globals';
import type { OpenedHost } from '@vm-tools/cli';
import { untilIdle } from './until-idle.ts';

type Infos = Awaited<ReturnType<OpenedHost['xen']['domainGetinfolist']>>;

test('a restart between two ticks is not the end, two ticks without domains are', async () => {
  const seen = [[0, 5], [0], [0, 6], [0], [0], [0]];
  let ticks = 0;
  const xen = {
    domainGetinfolist: () =>
      Promise.resolve(seen[ticks - 1]?.map((domid) => ({ domid })) as unknown as Infos),
  };
  await untilIdle(xen, async () => (ticks += 1));
  expect(ticks).toBe(5);
});
