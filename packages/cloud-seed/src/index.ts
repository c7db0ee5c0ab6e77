/**
 * The disc from which cloud-init learns who a guest is: the documents of its datasource NoCloud, in an ISO 9660 image
 * that is made without any other program.
 *
 * @example
 * ```ts
 * const sshKeys = sshKeysOf(await readFile('id_ed25519.pub', 'utf8'), 'id_ed25519.pub');
 * const disc = seedImage({ instanceId: uuid, hostName: 'web1', sshKeys }, new Date());
 * await writeFile('seed.iso', disc);
 * ```
 *
 * @packageDocumentation
 */
export { documentsOf, type CloudSeed } from './documents.ts';
export { seedImage } from './seed-image.ts';
export { sshKeysOf } from './ssh-key.ts';
export { addressFault, hostAddressFault, type FixedNetwork } from './network.ts';
export { hostNameFault, userFault } from './names.ts';
export { isoImage, type Disc, type DiscFile } from './iso/iso-image.ts';
