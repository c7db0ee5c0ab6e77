import fc from 'fast-check';
import { channelSchema, type Channel } from '../devices/channel.ts';
import { DISK_FORMATS, diskSchema, type Disk } from '../devices/disk.ts';
import { problemsOfDevices } from '../devices/check-devices.ts';
import { framebufferSchema, type Framebuffer } from '../devices/framebuffer.ts';
import { networkSchema, type Network } from '../devices/network.ts';
import { SECURITY_MODELS, shareSchema, type Share } from '../devices/share.ts';
import { parseRate } from '../devices/rate.ts';
import { vdevNumber } from '../devices/vdev.ts';

const word = fc.stringMatching(/^[a-z][a-z\d._-]{0,9}$/);
const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
);
const path = text.map((rest) => `/${rest}`);
const script = fc.oneof(
  word,
  word.map((name) => `/etc/xen/scripts/${name}`),
);
const vdev = fc.oneof(
  fc.stringMatching(/^xvd[a-z]{1,2}([1-9]\d?)?$/),
  fc.constantFrom('hda', 'hdc2', 'sdb', 'sdp15', 'd0', 'd7p1', '51712', '0xca10'),
);
const rate = fc
  .tuple(
    fc.integer({ min: 1, max: 999_999 }),
    fc.constantFrom('KB/s', 'Kb/s', 'MB/s', 'Mb/s', 'GB/s', 'Gb/s'),
    fc.constantFrom('', '@20ms', '@1s', '@2', '@70m', '@123457u', '@50000us'),
  )
  .map((parts) => parts.join(''))
  .filter((written) => parseRate(written) !== undefined);

/** Fields as a user may write them; the schema takes some combinations and no others. */
const anyDisk = fc.record(
  {
    target: fc.oneof(path, text, fc.constant('')),
    vdev,
    format: fc.constantFrom(...DISK_FORMATS),
    access: fc.constantFrom('rw', 'ro'),
    type: fc.constantFrom('disk', 'cdrom'),
    backend: word,
    backendType: fc.constantFrom('phy', 'qdisk'),
    script,
    discard: fc.boolean(),
    directIoSafe: fc.boolean(),
    trusted: fc.boolean(),
  },
  { requiredKeys: ['target', 'vdev'] },
);

const anyNetwork = fc.record(
  {
    id: fc.integer({ min: 0, max: 20 }),
    mac: fc.constantFrom('00:16:3E:00:00:01', '02:00:00:00:00:02', '00:16:3e:12:34:56'),
    bridge: word,
    script,
    ip: text,
    rate,
    vifname: word,
    mtu: fc.integer({ min: 68, max: 65535 }),
    model: text,
    type: fc.constant('vif' as const),
    gatewayDevice: word,
    backend: word,
    trusted: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** Any valid disk. */
export const diskArbitrary: fc.Arbitrary<Disk> = anyDisk
  .filter((disk) => diskSchema.safeParse(disk).success)
  .map((disk) => diskSchema.parse(disk));

/** Any valid network device. */
export const networkArbitrary: fc.Arbitrary<Network> = anyNetwork.map((network) =>
  networkSchema.parse(network),
);

/** What can stand in xl.cfg between two commas. */
const plain = fc.stringMatching(/^[!-+\--~]([ -+\--~]{0,18}[!-+\--~])?$/);
const plainPath = plain.map((rest) => `/${rest}`);

/** Any valid screen. */
export const framebufferArbitrary: fc.Arbitrary<Framebuffer> = fc
  .record(
    {
      vnc: fc.boolean(),
      vncListen: fc.constantFrom('127.0.0.1', '0.0.0.0', 'host.example.org:3', '[::1]', '[::]:12'),
      vncDisplay: fc.integer({ min: 1, max: 59_635 }),
      vncUnused: fc.boolean(),
      vncPassword: plain,
      keymap: fc.constantFrom('de', 'en-us'),
      sdl: fc.boolean(),
      opengl: fc.boolean(),
      display: plain,
      xauthority: plainPath,
    },
    { requiredKeys: [] },
  )
  .filter((framebuffer) => framebufferSchema.safeParse(framebuffer).success)
  .map((framebuffer) => framebufferSchema.parse(framebuffer));

/** Any valid channel. */
export const channelArbitrary: fc.Arbitrary<Channel> = fc
  .oneof(
    fc.record(
      { name: plain, connection: fc.constant('pty'), backend: word },
      { requiredKeys: ['name', 'connection'] },
    ),
    fc.record(
      { name: plain, connection: fc.constant('socket'), path: plainPath, backend: word },
      { requiredKeys: ['name', 'connection', 'path'] },
    ),
  )
  .filter((channel) => channelSchema.safeParse(channel).success)
  .map((channel) => channelSchema.parse(channel));

/** Any valid shared folder. */
export const shareArbitrary: fc.Arbitrary<Share> = fc
  .record(
    { tag: plain, path: plainPath, securityModel: fc.constantFrom(...SECURITY_MODELS), backend: word },
    { requiredKeys: ['tag', 'path', 'securityModel'] },
  )
  .map((share) => shareSchema.parse(share));

/** Any devices that a domain can have beside each other. */
export const devicesArbitrary = fc
  .record({
    disks: fc.uniqueArray(diskArbitrary, { maxLength: 4, selector: ({ vdev: name }) => vdevNumber(name) }),
    networks: fc.array(networkArbitrary, { maxLength: 3 }),
    framebuffers: fc.array(framebufferArbitrary, { maxLength: 2 }),
    channels: fc.array(channelArbitrary, { maxLength: 3 }),
    shares: fc.array(shareArbitrary, { maxLength: 3 }),
  })
  .filter((devices) => problemsOfDevices(devices).length === 0);
