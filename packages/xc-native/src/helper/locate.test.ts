import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { locateHelper } from './locate.ts';

test('in sources and in a package it is main beside this module, in a bundle it lies beside the bundle', () => {
  expect(existsSync(locateHelper())).toBe(true);
  const folder = '/x/node_modules/@vm-tools/xc-native/dist/helper';
  expect(locateHelper(`file://${folder}/locate.js`)).toBe(`${folder}/main.js`);
  expect(locateHelper('file:///usr/lib/vm-tools/vm-save.js')).toBe('/usr/lib/vm-tools/xc-helper.js');
});
