/**
 * What the file of a disk image says of itself, and a qcow2 image on top of another one, made without qemu-img.
 *
 * @example
 * ```ts
 * const image = await inspectImage('debian-13-generic.qcow2');
 * const overlay = { virtualBytes: 20 * 1024 ** 3, backingPath: image.path, backingFormat: image.format };
 * await writeFile('web1.qcow2', qcow2Overlay(overlay));
 * ```
 *
 * @packageDocumentation
 */
export { inspectImage, type DiskImage } from './inspect.ts';
export { MAX_DISK_BYTES, qcow2Overlay, type Overlay } from './qcow2/overlay.ts';
export { NAMING_BYTES, otherFilesOf, parseQcow2, type OtherFiles, type Qcow2Header } from './qcow2/header.ts';
