import { expect, it } from '@jest/globals';
import { freeKib, memoryNeed } from './memory.ts';

const withHap = {
  capabilities: { hvm: true, pv: true, hap: true, shadow: false, gnttabV1: true, gnttabV2: true },
};
const noHap = { capabilities: { ...withHap.capabilities, hap: false } };
const guest = { memoryKib: 262_144, maxMemoryKib: 262_144, maxVcpus: 2 };

it('reckons the paging pool as libxl does', () => {
  expect(memoryNeed({ ...guest, type: 'pvh' }, withHap)).toEqual({
    hap: true,
    pagingPoolKib: 3072,
    needKib: 268_288,
  });
  expect(memoryNeed({ ...guest, type: 'pvh' }, noHap)).toMatchObject({ hap: false, pagingPoolKib: 4096 });
  expect(memoryNeed({ ...guest, type: 'pv' }, withHap)).toEqual({
    hap: false,
    pagingPoolKib: 0,
    needKib: 264_192,
  });
});

it('does not count as free what others have claimed', () => {
  expect(freeKib({ freePages: 1000, outstandingPages: 400 })).toBe(2400);
  expect(freeKib({ freePages: 100, outstandingPages: 400 })).toBe(0);
});
