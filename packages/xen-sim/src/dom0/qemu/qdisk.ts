import { open } from 'node:fs/promises';
import type { BackendDriver } from '../backends/backend-driver.ts';
import type { BlockDevices } from '../parts/block-devices.ts';
import type { Traffic } from '../parts/traffic.ts';

const SECTOR_BYTES = 512;
const VDISK_READONLY = '4';
const QCOW_MAGIC = 0x514649fb;
const QCOW_SIZE_OFFSET = 24;

/** An image that a qemu has open. */
export interface OpenImage {
  readonly path: string;
  /** "raw", "qcow2", "vpc", … */
  readonly format: string;
  readonly isReadOnly: boolean;
  /** of the disk that the guest sees */
  readonly bytes: number;
}

/** The images of a qemu, by the path of the backend that has each open. */
export type OpenImages = Map<string, OpenImage>;

/**
 * xen-block of qemu 7.2: opens an image as soon as there are nodes of a disk, without any lock. Of one that it cannot
 * open it says so in its log, and nothing else.
 */
export function qdisk(
  { blocks, traffic }: { readonly blocks: BlockDevices; readonly traffic: Traffic },
  images: OpenImages,
  log: (line: string) => void,
): BackendDriver {
  return {
    kind: 'qdisk',
    fault: 'backend.qdisk',
    async probe({ path, id, store }) {
      const params = (await store.read(`${path}/params`)) ?? '';
      const isReadOnly = (await store.read(`${path}/mode`)) !== 'w';
      const image = await openImage(blocks, params, isReadOnly);
      if (image === undefined) {
        const name = params.slice(params.indexOf(':') + 1);
        log(
          `qemu-system-i386: failed to create 'qdisk' device '${id}': Could not open '${name}': No such file or directory`,
        );
        return undefined;
      }
      images.set(path, image);
      return {
        'feature-flush-cache': '1',
        'max-ring-page-order': '4',
        info: image.isReadOnly ? VDISK_READONLY : '0',
      };
    },
    connect(place) {
      const image = images.get(place.path);
      if (image === undefined) return Promise.resolve(undefined);
      traffic.begin('qdisk', place);
      return Promise.resolve({
        'sector-size': String(SECTOR_BYTES),
        sectors: String(Math.floor(image.bytes / SECTOR_BYTES)),
        'hotplug-status': 'connected',
      });
    },
    remove(place) {
      traffic.end(place);
      images.delete(place.path);
    },
  };
}

/** @param params "qcow2:/path", "aio:/path" for a raw one */
async function openImage(
  blocks: BlockDevices,
  params: string,
  isReadOnly: boolean,
): Promise<OpenImage | undefined> {
  const [, driver = '', path = ''] = /^([^:]*):(.*)$/s.exec(params) ?? [];
  const found = await blocks.lookAt(path);
  if (found.is !== 'file' && found.is !== 'block') return undefined;
  const format = driver === 'aio' ? 'raw' : driver === 'vhd' ? 'vpc' : driver;
  const bytes = format === 'qcow2' ? ((await qcowBytes(path)) ?? found.bytes) : found.bytes;
  return { path, format, isReadOnly, bytes };
}

/** The size in the header; undefined for what is no such image. */
async function qcowBytes(path: string): Promise<number | undefined> {
  await using file = await open(path).catch(() => undefined);
  const header = Buffer.alloc(QCOW_SIZE_OFFSET + 8);
  const { bytesRead } = (await file?.read(header, 0, header.length, 0)) ?? { bytesRead: 0 };
  if (bytesRead < header.length || header.readUInt32BE(0) !== QCOW_MAGIC) return undefined;
  return Number(header.readBigUInt64BE(QCOW_SIZE_OFFSET));
}
