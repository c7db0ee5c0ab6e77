import { expect, test } from '@jest/globals';
import { vncServerOf } from './vnc-server.ts';

const serverOf = (vnc: string, ...taken: number[]): unknown =>
  vncServerOf(['-nodefaults', '-vnc', vnc, '-display', 'none'], (port) => taken.includes(port));

test('a qemu listens where its command line says, or on one of the next ports', () => {
  expect(serverOf('127.0.0.1:7')).toEqual({ host: '127.0.0.1', port: 5907, needsPassword: false });
  expect(serverOf('[::1]:0,password=on,to=99', 5900, 5901)).toEqual({
    host: '[::1]',
    port: 5902,
    needsPassword: true,
  });
  expect(serverOf('127.0.0.1:7', 5907)).toMatch(/Failed to find an available port/);
  expect(serverOf('none')).toBeUndefined();
  expect(vncServerOf(['-nodefaults'], () => false)).toBeUndefined();
});
