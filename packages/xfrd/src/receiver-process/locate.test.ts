import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { locateReceiver } from './locate.ts';

test('the file of the receiver, and what it may read, in sources, in a package and in a bundle', () => {
  const { file, folder } = locateReceiver();
  expect([existsSync(file), existsSync(`${folder}package-lock.json`)]).toEqual([true, true]);
  const own = '/x/node_modules/@vm-tools/xfrd/dist/receiver-process';
  expect(locateReceiver(`file://${own}/locate.js`)).toEqual({
    file: `${own}/main.js`,
    folder: '/x/node_modules/',
  });
  expect(locateReceiver('file:///usr/lib/vm-tools/lib/xfrd.js')).toEqual({
    file: '/usr/lib/vm-tools/lib/xfrd-receiver.js',
    folder: '/usr/lib/vm-tools/lib',
  });
});
