import { createGuest } from '@vm-tools/libdomain/testing';
import { result, type TestHost } from '@vm-tools/xen-sim/testing';

/**
 * Makes a guest, and its image.
 *
 * @param words of vm-save behind the name of the guest, which is gone afterwards
 */
export async function saveGuest(
  host: TestHost,
  name: string,
  words: string,
  ...settings: string[]
): Promise<{ readonly uuid: string }> {
  const { uuid } = await createGuest(host, name, ...settings);
  await result(host, `vm-save ${name} ${words}`);
  return { uuid };
}

/** Where the libxl stream of an image begins, behind the configuration. */
export function libxlStart(image: Buffer): number {
  return image.indexOf('LibxlFmt');
}
