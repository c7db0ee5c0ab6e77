import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { parseDisk, parseNetwork } from './parse-device.ts';

test('a disk and a network device are read as in a configuration', () => {
  expect(parseDisk('/srv/web.qcow2,qcow2,xvdb,w')).toMatchObject({
    format: 'qcow2',
    vdev: 'xvdb',
    access: 'rw',
  });
  expect(parseDisk('phy:/dev/vg/web,xvdb,r')).toMatchObject({ target: '/dev/vg/web', access: 'ro' });
  const warnings: string[] = [];
  const network = parseNetwork('mac=0:16:3E:1:2:3,bridge=br1,accel=1', (warning) => warnings.push(warning));
  expect(network).toEqual({ mac: '00:16:3e:01:02:03', bridge: 'br1' });
  expect(warnings).toEqual(['accel= is ignored, as by xl']);
  expect(parseNetwork('')).toEqual({});
});

test.each([
  [() => parseDisk('/srv/web.img'), 'CONFIG_INVALID', 'disk: no vdev specified'],
  [() => parseDisk('web.img,raw,xvda'), 'CONFIG_INVALID', 'disk: target must be an absolute path'],
  [() => parseDisk('/d,raw,nonsense'), 'CONFIG_INVALID', 'disk: vdev must name a virtual disk'],
  [() => parseDisk('/d,xvda,backendtype=tap'), 'CONFIG_INVALID', 'disk: unknown value for format'],
  [() => parseDisk('/d,raw,xvda,backendtype=tap'), 'CONFIG_UNSUPPORTED', 'backendtype=tap'],
  [() => parseNetwork('type=ioemu'), 'CONFIG_INVALID', 'network device: type must be "vif"'],
  [() => parseNetwork('bridg=br0'), 'CONFIG_UNKNOWN_KEY', 'bridg=br0'],
  [() => parseNetwork('mac=1'), 'CONFIG_INVALID', 'network device: mac must be six bytes'],
])('%# is refused: %s %s', (read, code, message) => {
  const expected = {
    code,
    kind: 'usage',
    message: expect.stringContaining(message),
    hint: expect.any(String),
  };
  expect(read).toThrow(expect.objectContaining(expected));
});

test('any text is read, or refused in words', () => {
  for (const parse of [parseDisk, parseNetwork])
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parse(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(VmToolsError);
        }
      }),
    );
});
