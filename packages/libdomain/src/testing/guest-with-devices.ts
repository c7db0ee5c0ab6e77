import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SimulatedHost } from '@vm-tools/xen-sim';
import type { DomainConfig } from '../config/schema.ts';
import { checkConfig } from '../config/parse-config.ts';
import { qcow2Bytes } from './qcow2-bytes.ts';

const IMAGE_BYTES = 1 << 20;

/** Writes an image that a disk can be made of. @returns its path */
export async function imageFile(host: Pick<SimulatedHost, 'root'>, name: string): Promise<string> {
  const folder = join(host.root, 'var/log/images'); // which the state of a host leaves out
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  const bytes = name.endsWith('.qcow2') ? qcow2Bytes(IMAGE_BYTES) : Buffer.alloc(IMAGE_BYTES);
  await writeFile(path, bytes, { flag: 'wx' }).catch(() => undefined); // it is there already
  return path;
}

/** A guest with a raw and a qcow2 disk and two network devices. */
export async function configWithDevices(
  host: Pick<SimulatedHost, 'root' | 'kernel'>,
  more: Partial<DomainConfig> = {},
): Promise<DomainConfig> {
  const [raw, qcow2] = [await imageFile(host, 'root.img'), await imageFile(host, 'data.qcow2')];
  return checkConfig({
    name: 'web1',
    type: 'pvh',
    kernel: host.kernel,
    memoryKib: 2048,
    disks: [
      { target: raw, vdev: 'xvda' },
      { target: qcow2, vdev: 'xvdb', format: 'qcow2' },
    ],
    networks: [{ mac: '00:16:3e:00:00:01' }, { mac: '00:16:3e:00:00:02', rate: '10Mb/s' }],
    ...more,
  });
}

/** A guest with a screen that has a password, a terminal and a socket as channels, and a folder. */
export async function configWithQemu(
  host: Pick<SimulatedHost, 'root' | 'kernel'>,
  more: Partial<DomainConfig> = {},
): Promise<DomainConfig> {
  const folder = join(host.root, 'var/log/shared'); // which the state of a host leaves out
  await mkdir(folder, { recursive: true });
  return checkConfig({
    name: 'web1',
    type: 'pvh',
    kernel: host.kernel,
    memoryKib: 2048,
    framebuffers: [{ vncDisplay: 7, vncPassword: 'hush-hush', keymap: 'de' }],
    channels: [
      { name: 'org.example.pty', connection: 'pty' },
      { name: 'org.example.agent', connection: 'socket', path: join(host.root, 'agent') },
    ],
    shares: [{ tag: 'home', path: folder, securityModel: 'none' }],
    ...more,
  });
}

/** A host that has had a qemu: the folder of its state stays in xenstore, as libxl leaves it. */
export async function withModelFolder<Host extends Pick<SimulatedHost, 'store'>>(host: Host): Promise<Host> {
  await host.store.mkdir('/local/domain/0/device-model');
  return host;
}
