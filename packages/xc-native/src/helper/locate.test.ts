import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { locateHelper } from './locate.ts';

test('from sources it is the source, in a bundle it lies beside the bundle', () => {
  expect(existsSync(locateHelper())).toBe(true);
  expect(locateHelper('file:///usr/lib/vm-tools/vm-save.js')).toBe('/usr/lib/vm-tools/xc-helper.js');
});
