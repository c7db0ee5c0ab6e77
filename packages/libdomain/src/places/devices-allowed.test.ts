import { lstatSync, readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { channelSchema, type ChannelInput } from '../config/devices/channel.ts';
import { diskSchema, type DiskInput } from '../config/devices/disk.ts';
import { framebufferSchema, type FramebufferInput } from '../config/devices/framebuffer.ts';
import { networkSchema, type NetworkInput } from '../config/devices/network.ts';
import { shareSchema, type ShareInput } from '../config/devices/share.ts';
import { requireDevicesAllowed } from './require-devices-allowed.ts';
import { readPlaceRules, type SomePlaceRules } from './rules.ts';

const device = readdirSync('/dev')
  .map((name) => `/dev/${name}`)
  .find((path) => lstatSync(path).isBlockDevice());

let root: string;
let disks: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'devices-'));
  disks = join(root, 'var/lib/vm-tools/disks');
  await mkdir(disks, { recursive: true, mode: 0o755 });
  await writeFile(join(disks, 'web.img'), '', { mode: 0o666 });
  await chmod(join(disks, 'web.img'), 0o666);
});

afterEach(() => rm(root, { recursive: true }));

/** Why these devices are refused; undefined when they are not. */
async function refusal(
  devices: {
    readonly disks?: readonly DiskInput[];
    readonly networks?: readonly NetworkInput[];
    readonly framebuffers?: readonly FramebufferInput[];
    readonly channels?: readonly ChannelInput[];
    readonly shares?: readonly ShareInput[];
  },
  allowed: SomePlaceRules = {},
): Promise<unknown> {
  const config = {
    name: 'web1',
    disks: (devices.disks ?? []).map((disk) => diskSchema.parse(disk)),
    networks: (devices.networks ?? []).map((network) => networkSchema.parse(network)),
    framebuffers: (devices.framebuffers ?? []).map((screen) => framebufferSchema.parse(screen)),
    channels: (devices.channels ?? []).map((channel) => channelSchema.parse(channel)),
    shares: (devices.shares ?? []).map((share) => shareSchema.parse(share)),
  };
  const rules = await readPlaceRules({ root }, allowed);
  const error = await requireDevicesAllowed(config, rules).catch((thrown: unknown) => thrown);
  if (error !== undefined) expect(error).toMatchObject({ kind: 'usage' });
  return (error as Error | undefined)?.message;
}

const disk = (target: string, more: Partial<DiskInput> = {}): { disks: DiskInput[] } => ({
  disks: [{ target, vdev: 'xvda', ...more }],
});

describe('disks of a domain from elsewhere', () => {
  test('are files and devices below an allowed folder, which others may write, and drives without a disc', async () => {
    await symlink('web.img', join(disks, 'current'));
    for (const name of ['web.img', 'current', 'absent.img'])
      expect(await refusal(disk(join(disks, name)))).toBeUndefined();
    expect(await refusal(disk('', { type: 'cdrom', format: 'empty' }))).toBeUndefined();
    expect(await refusal(disk('/dev/null', { script: 'block' }), { disks: ['/dev'] })).toBeUndefined();
  });

  (device === undefined ? test.skip : test)(
    `are block devices by the names that root has given them in a folder${device === undefined ? ' [skipped: there is no block device]' : ''}`,
    async () => {
      await symlink(device ?? '', join(disks, 'volume'));
      expect(await refusal(disk(join(disks, 'volume')))).toBeUndefined();
      await symlink(disks, join(root, 'folder'));
      expect(await refusal(disk(join(root, 'folder/volume')))).toBeUndefined();
      await symlink(join(disks, 'volume'), join(root, 'volume'));
      for (const path of [device ?? '', join(root, 'volume')])
        expect(await refusal(disk(path))).toMatch(`it is not below ${disks}`);
    },
  );

  test('are images that name no other file', async () => {
    const path = join(disks, 'image');
    const qcow = (version: number, backing: number, features = 0): Buffer => {
      const header = Buffer.alloc(104);
      header.write('QFI\u00fb', 'latin1');
      header.writeUInt32BE(version, 4);
      header.writeUInt32BE(backing, 12);
      header.writeUInt32BE(features, 76);
      return header;
    };
    const qed = Buffer.alloc(64);
    qed.write('QED\0');
    const derivedQed = Buffer.from(qed);
    derivedQed.writeUInt8(1, 16);
    for (const [format, image, named] of [
      ['qcow2', qcow(3, 0), undefined],
      ['qcow2', qcow(3, 0, 1), undefined],
      ['qcow2', qcow(3, 112), 'a backing file'],
      ['qcow2', qcow(3, 0, 4), 'a data file'],
      ['qcow2', qcow(2, 0, 4), undefined],
      ['qcow', qcow(1, 48), 'a backing file'],
      ['qed', qed, undefined],
      ['qed', derivedQed, 'a backing file'],
      ['qcow2', Buffer.from('no image'), undefined],
      ['raw', qcow(3, 112), undefined],
    ] as const) {
      await writeFile(path, image);
      const message = await refusal(disk(path, { format }));
      if (named === undefined) expect(message).toBeUndefined();
      else expect(message).toMatch(`it has ${named}, which could be any file of this host`);
    }
  });

  test('are nothing else', async () => {
    await symlink('/etc/passwd', join(disks, 'link'));
    const outside = `it is not below ${disks}`;
    for (const path of ['/etc/passwd', '/dev/sda', join(disks, 'link'), `${disks}/../../../../etc/passwd`])
      expect(await refusal(disk(path))).toMatch(
        `the disk xvda ${path} of web1 may not be taken from there: ${outside}`,
      );
    expect(await refusal(disk('/etc/passwd', { script: '/etc/xen/scripts/block' }))).toMatch(outside);
    expect(await refusal(disk('/etc/passwd', { backend: 'Domain-0' }), { backends: ['Domain-0'] })).toMatch(
      outside,
    );
    expect(await refusal(disk(join(disks, 'web.img')), { disks: [] })).toMatch('not below any folder');
  });

  test('are in no folder that others could change', async () => {
    await chmod(disks, 0o777);
    expect(await refusal(disk(join(disks, 'web.img')))).toMatch(`others may write to ${disks}`);
  });

  test('have scripts and driver domains only as they are allowed', async () => {
    const iscsi = disk('iqn.2001', { script: 'block-iscsi' });
    expect(await refusal(iscsi)).toBe(
      'a disk xvda of web1 may not have block-iscsi: it is none of the scripts that are allowed to it',
    );
    for (const script of ['block-iscsi', '/etc/xen/scripts/block-iscsi'])
      expect(await refusal(iscsi, { scripts: [script] })).toBeUndefined();
    for (const script of ['/tmp/block-iscsi', '/etc/xen/scripts/../../../tmp/x', '../../../tmp/x'])
      expect(await refusal(disk('x', { script }), { scripts: ['block-iscsi', 'x'] })).toMatch(script);
    const served = disk('/dev/vg/web', { backend: 'storage' });
    expect(await refusal(served)).toMatch('may not have storage: it is none of the backends');
    expect(await refusal(served, { backends: ['storage'] })).toBeUndefined();
  });
});

describe('network devices of a domain from elsewhere', () => {
  test('join allowed bridges', async () => {
    const [usual, other] = [{ networks: [{}] }, { networks: [{ bridge: 'br0' }] }];
    expect(await refusal(usual)).toBeUndefined();
    expect(await refusal(other)).toBe(
      'a network device of web1 may not have br0: it is none of the bridges that are allowed to it',
    );
    expect(await refusal(other, { bridges: ['br0'] })).toBeUndefined();
    expect(await refusal(usual, { bridges: ['br0'] })).toMatch('may not have xenbr0');
  });

  test('have scripts and driver domains only as they are allowed', async () => {
    const routed = { networks: [{ script: 'vif-route', gatewayDevice: 'eth0' }] };
    expect(await refusal(routed)).toMatch('may not have vif-route');
    expect(await refusal(routed, { scripts: ['vif-route'] })).toBeUndefined();
    expect(await refusal({ networks: [{ script: 'vif-bridge' }] })).toBeUndefined();
    expect(await refusal({ networks: [{ gatewayDevice: 'eth0' }] })).toMatch('may not have gatewaydev=eth0');
    const served = { networks: [{ backend: 'net', bridge: 'br0' }] };
    expect(await refusal(served)).toMatch('may not have net');
    expect(await refusal(served, { backends: ['net'] })).toBeUndefined();
  });
});

describe('folders and sockets of a domain from elsewhere', () => {
  const share = (path: string, more: Partial<ShareInput> = {}): { shares: ShareInput[] } => ({
    shares: [{ tag: 'home', path, securityModel: 'mapped', ...more }],
  });
  const channel = (path: string): { channels: ChannelInput[] } => ({
    channels: [{ name: 'agent', connection: 'socket', path }],
  });

  test('are in an allowed folder', async () => {
    const folder = join(root, 'srv');
    await mkdir(join(folder, 'home'), { recursive: true });
    await symlink('/etc', join(folder, 'etc'));
    const allowed = { folders: [folder] };
    for (const path of [folder, join(folder, 'home')])
      expect(await refusal(share(path), allowed)).toBeUndefined();
    for (const securityModel of ['none', 'passthrough'] as const)
      expect(await refusal(share(folder, { securityModel }), allowed)).toMatch(
        `may not have security_model=${securityModel}`,
      );
    for (const path of ['/', '/etc', join(folder, 'etc'), join(folder, '..'), `${folder}2`])
      expect(await refusal(share(path), allowed)).toMatch('may not be taken from there');
    expect(await refusal(share(folder))).toMatch(/^the share .* of web1 may not be taken from there/);
    for (const path of [join(folder, 'agent'), join(folder, 'home/agent')])
      expect(await refusal(channel(path), allowed)).toBeUndefined();
    for (const path of ['/etc/passwd', join(folder, 'etc/passwd'), folder])
      expect(await refusal(channel(path), allowed)).toMatch('may not be taken from there');
    await chmod(join(folder, 'home'), 0o777);
    expect(await refusal(share(join(folder, 'home')), allowed)).toMatch('others may write to');
  });

  test('may be those of an allowed driver domain, and a terminal is none', async () => {
    expect(await refusal({ channels: [{ name: 'agent', connection: 'pty' }] })).toBeUndefined();
    expect(await refusal(share('/x', { backend: 'files' }))).toMatch('may not have files');
    expect(await refusal(share('/x', { backend: 'files' }), { backends: ['files'] })).toBeUndefined();
  });
});

test.each<readonly [FramebufferInput, string | undefined]>([
  [{}, undefined],
  [{ vncListen: '127.0.0.7:3' }, undefined],
  [{ vncListen: '[::1]:3' }, undefined],
  [{ vnc: false, vncListen: '0.0.0.0' }, undefined],
  [{ vncListen: '10.0.0.1', vncDisplay: 5 }, undefined],
  [{ vncListen: '0.0.0.0' }, '0.0.0.0'],
  [{ vncListen: ':4' }, 'every address'],
  [{ vncListen: '' }, 'every address'],
  [{ vncListen: '[::]:1' }, '[::]'],
  [{ vncListen: '127.0.0.1.example.org' }, '127.0.0.1.example.org'],
  [{ sdl: true, display: 'there:0' }, 'sdl=1,display=there:0'],
])('a screen of a domain from elsewhere: %j', async (screen, refused) => {
  const said = await refusal({ framebuffers: [screen] }, { listen: ['10.0.0.1'] });
  if (refused === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(`a screen of web1 may not have ${refused}: it is none of`);
});
