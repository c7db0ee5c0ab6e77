import { open } from 'node:fs/promises';
import { sshKeysOf } from '@vm-tools/cloud-seed';
import { VmToolsError, messageOf } from '@vm-tools/errors';

/** A file of keys is smaller; an image given by mistake is not. */
const MAX_BYTES = 65_536;

/**
 * The public keys in a file.
 *
 * @throws VmToolsError SSH_KEY_UNREADABLE, SSH_KEY_PRIVATE, SSH_KEY_INVALID
 */
export async function readSshKeys(path: string): Promise<readonly string[]> {
  const text = await readStart(path).catch((thrown: unknown) => {
    throw new VmToolsError({
      code: 'SSH_KEY_UNREADABLE',
      kind: 'usage',
      message: `cannot read the key ${path}: ${messageOf(thrown)}`,
      hint: 'name the file of a public key',
      cause: thrown,
    });
  });
  return sshKeysOf(text, path);
}

/** What is longer is cut, and so is no file of keys. */
async function readStart(path: string): Promise<string> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
  return buffer.toString('utf8', 0, bytesRead);
}
