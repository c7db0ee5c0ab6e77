import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDiskSpec } from './disk-spec.ts';
import { SpecError } from './spec-error.ts';

const raw = { target: '/dev/vg/web', vdev: 'xvda', format: 'raw' };

function errorOf(spec: string): SpecError {
  try {
    readDiskSpec(spec);
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error(`${spec} was accepted`);
}

describe('a disk is what it is to xl', () => {
  test.each<[string, object]>([
    ['/dev/vg/web,raw,xvda,rw', { ...raw, access: 'rw' }],
    ['/dev/vg/web,,xvda', raw],
    ['  /dev/vg/web,raw,\txvda,r', { ...raw, access: 'ro' }],
    ['/dev/vg/web,raw,xvda,,', { ...raw, access: 'rw' }],
    ['/dev/vg/web,raw,xvda', raw],
    ['format=raw, vdev=xvda, access=ro, target=/dev/vg/web', { ...raw, access: 'ro' }],
    ['vdev=xvda,format=raw,target=/a,b=c', { ...raw, target: '/a,b=c' }],
    ['vdev=xvda,format=raw,target=/a,', { ...raw, target: '/a' }],
    ['/dev/vg/web,vdev=xvda,raw,w', { ...raw, access: 'rw' }],
    ['/dev/vg/web,raw,xvda,access=r,w', { ...raw, access: 'rw' }],
    ['phy:/dev/vg/web,xvda,w', { target: '/dev/vg/web', vdev: 'xvda', access: 'rw' }],
    ['file:/a.img,xvda', { target: '/a.img', vdev: 'xvda' }],
    ['tap:aio:/a.img,ioemu:hda,w', { target: '/a.img', vdev: 'hda', access: 'rw' }],
    ['tap2:qcow2:/a.img,xvda,w', { target: '/a.img', vdev: 'xvda', format: 'qcow2', access: 'rw' }],
    ['vhd:/a.vhd,xvda,w', { target: '/a.vhd', vdev: 'xvda', format: 'vhd', access: 'rw' }],
    [
      'iscsi:iqn.2001-04,xvda,w',
      { target: 'iqn.2001-04', vdev: 'xvda', script: 'block-iscsi', access: 'rw' },
    ],
    ['drbd:web,xvda,w', { target: 'web', vdev: 'xvda', script: 'block-drbd', access: 'rw' }],
    ['/a,raw,xvda,script=block-x', { ...raw, target: '/a', script: 'block-x' }],
    ['/a,raw,xvda,backend=storage', { ...raw, target: '/a', backend: 'storage' }],
    [
      '/a,qcow2,xvda,backendtype=qdisk',
      { target: '/a', format: 'qcow2', vdev: 'xvda', backendType: 'qdisk' },
    ],
    ['/a,raw,xvda,no-discard,direct-io-safe', { ...raw, target: '/a', discard: false, directIoSafe: true }],
    [
      '/a,raw,xvda,discard,untrusted,specification=xen,no-colo',
      { ...raw, target: '/a', discard: true, trusted: false },
    ],
    ['/a.iso,raw,hdc:cdrom,w', { ...raw, target: '/a.iso', vdev: 'hdc', type: 'cdrom', access: 'ro' }],
    ['/a.iso,,hdc,cdrom', { ...raw, target: '/a.iso', vdev: 'hdc', type: 'cdrom', access: 'ro' }],
    [',hdc:cdrom', { target: '', vdev: 'hdc', type: 'cdrom', format: 'empty', access: 'ro' }],
    ['vdev=hdc,devtype=cdrom', { target: '', vdev: 'hdc', type: 'cdrom', format: 'empty', access: 'ro' }],
    ['/a,raw,xvda:disk', { ...raw, target: '/a', type: 'disk' }],
  ])('%s', (spec, expected) => {
    expect(readDiskSpec(spec)).toEqual(expected);
  });
});

test.each([
  ['phy:/dev/vg/domu,xvda,1', 'unknown value for access: "1"'],
  ['/a,zfs,xvda', 'unknown value for format: "zfs"'],
  ['/a,raw,xvda,w,w', 'too many positional parameters: "w"'],
  ['/a,raw,xvda,vdev=xvdb', 'vdev respecified: "xvdb"'],
  ['/a,raw,format=qcow2,xvda', 'format respecified: "qcow2"'],
  ['/a,raw,xvda:tape', 'unknown deprecated type: "tape"'],
  ['/a,raw,xvda,devtype=tape', 'unknown value for type: "tape"'],
  ['/a,raw,xvda,backendtype=nfs', 'unknown value for backendtype: "nfs"'],
  ['/a,raw,xvda,specification=ide', 'unknown value for specification: "ide"'],
  ['/a,raw,xvda,mode=w', 'unknown parameter: "mode=w"'],
  ['/dev/a=b,raw,xvda', 'bad disk syntax: "/dev/a=b"'],
  ['http://a/b,raw,xvda', 'unknown deprecated disk prefix: "http:"'],
  ['/a,raw', 'no vdev specified'],
  ['', 'no vdev specified'],
  ['vdev=xvda', 'no target specified'],
])('xl refuses %s, and here it is refused for the same reason', (spec, message) => {
  expect(errorOf(spec)).toMatchObject({ message, code: 'CONFIG_INVALID' });
});

test.each([
  ['/a,raw,xvda,backendtype=tap', 'backendtype=tap'],
  ['/a,raw,xvda,backendtype=standalone', 'backendtype=standalone'],
  ['/a,raw,xvda,specification=virtio', 'specification=virtio'],
  ['/a,raw,xvda,colo,colo-host=b', 'colo'],
  ['/a,raw,xvda,colo-port=1', 'colo-port='],
])('%s is not supported yet', (spec, what) => {
  expect(errorOf(spec)).toMatchObject({
    message: `${what} is not supported yet`,
    code: 'CONFIG_UNSUPPORTED',
  });
});

test('whatever is written is a disk or an error', () => {
  const shreds = fc.array(
    fc.oneof(
      fc.constantFrom('phy:', 'raw:', 'target=', 'vdev=', 'xvda', ',', '=', ':', ' ', 'cdrom', 'nbd:', 'a:'),
      fc.string(),
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(shreds, (parts) => {
      try {
        expect(readDiskSpec(parts.join(''))).toMatchObject({
          vdev: expect.any(String),
          target: expect.any(String),
        });
      } catch (error) {
        if (!(error instanceof SpecError)) throw error;
      }
    }),
  );
});
