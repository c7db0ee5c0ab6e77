import { documentsOf, type CloudSeed } from './documents.ts';
import { isoImage } from './iso/iso-image.ts';

/** By it cloud-init knows the disc; in small letters all of its versions do. */
const LABEL = 'cidata';

/** The bytes of the disc that tells cloud-init of a guest, for its datasource NoCloud. */
export function seedImage(seed: CloudSeed, at: Date): Buffer {
  const files = Object.entries(documentsOf(seed)).map(([name, content]) => ({
    name,
    content: Buffer.from(content, 'latin1'),
  }));
  return isoImage({ label: LABEL, at, files });
}
