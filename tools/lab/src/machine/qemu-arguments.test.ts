import { expect, test } from '@jest/globals';
import { machineName, qemuArguments } from './qemu-arguments.ts';
import type { HostSpec } from './qemu-arguments.ts';

const spec: HostSpec = {
  lab: 'demo',
  name: 'b',
  release: 'bookworm',
  image: '/images/1',
  initramfs: '/initramfs/2.img',
  logs: '/run/demo/logs/b',
  exchange: '/run/demo/b.exchange',
  shared: '/run/demo/shared',
  sshPort: 4022,
  memoryMiB: 5120,
  accelerator: { name: 'tcg', accel: 'tcg', cpu: 'max' },
};

function valuesOf(option: string): string[] {
  const args = qemuArguments(spec);
  return args.filter((_, index) => args[index - 1] === option);
}

test('a host can be told from any other process', () => {
  expect(valuesOf('-name')).toEqual([machineName('demo', 'b')]);
});

test('only the loopback of this machine leads in, and nothing leads out', () => {
  expect(valuesOf('-netdev')[0]).toBe('user,id=way-in,restrict=on,hostfwd=tcp:127.0.0.1:4022-:22');
});

test('the cable goes from its own end to the other host', () => {
  const [, cable] = valuesOf('-netdev');
  expect(cable).toContain('local.path=b.cable');
  expect(cable).toContain('remote.path=a.cable');
});

test('dom0 is told its name and address', () => {
  const [initrd] = valuesOf('-initrd');
  expect(initrd).toMatch(
    /^\/images\/1\/vmlinux .* lab\.host=b lab\.address=10\.99\.0\.2,\/initramfs\/2\.img$/,
  );
});

test('SIMD registers are not switched lazily', () => {
  expect(valuesOf('-append')[0]).toContain('eager-fpu=yes');
});

test('a processor may lack something', () => {
  expect(valuesOf('-cpu')).toEqual(['max']);
  const args = qemuArguments({ ...spec, cpu: 'aes=off' });
  expect(args[args.indexOf('-cpu') + 1]).toBe('max,aes=off');
});
