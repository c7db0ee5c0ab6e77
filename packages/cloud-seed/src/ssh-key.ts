import { VmToolsError } from '@vm-tools/errors';

/** The first word of a public key, as OpenSSH knows them; those on hardware are called sk-…. */
const TYPE =
  /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;
const BASE64 = /^[A-Za-z0-9+/]{32,}={0,2}$/;
const PRIVATE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|^PuTTY-User-Key-File/m;

/**
 * The public keys in the text of a file such as id_ed25519.pub or authorized_keys, one a line; lines that are empty or
 * begin with "#" say nothing. Options before a key are refused: what they allow is not for this tool to judge.
 *
 * @param file its name, for errors
 * @throws VmToolsError SSH_KEY_PRIVATE, SSH_KEY_INVALID
 */
export function sshKeysOf(text: string, file: string): readonly string[] {
  if (PRIVATE.test(text))
    throw new VmToolsError({
      code: 'SSH_KEY_PRIVATE',
      kind: 'usage',
      message: `${file} is a private key, which must not leave its owner`,
      hint: `name the public one beside it, probably ${file}.pub`,
      details: { file },
    });
  const keys = text.split('\n').flatMap((given, index) => {
    const line = given.trim();
    if (line === '' || line.startsWith('#')) return [];
    if (!isPublicKey(line)) throw invalid(file, `line ${index + 1} is no public key of OpenSSH`);
    return [line];
  });
  if (keys.length === 0) throw invalid(file, 'there is none in it');
  return keys;
}

/** The type is repeated in the key itself, whose parts have their lengths before them: a cut or mixed line is seen. */
function isPublicKey(line: string): boolean {
  const [type = '', body = ''] = line.split(/[ \t]+/);
  if (!TYPE.test(type) || !BASE64.test(body) || /\p{Cc}/u.test(line.replaceAll('\t', ' '))) return false;
  const parts = partsOf(Buffer.from(body, 'base64'));
  return parts !== undefined && parts.length > 1 && parts[0]?.toString('latin1') === type;
}

/** Undefined if they do not end where the bytes do. */
function partsOf(bytes: Buffer): readonly Buffer[] | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    parts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return at === bytes.length ? parts : undefined;
}

function invalid(file: string, why: string): VmToolsError {
  return new VmToolsError({
    code: 'SSH_KEY_INVALID',
    kind: 'usage',
    message: `${file} has no public keys: ${why}`,
    hint: 'name a file such as ~/.ssh/id_ed25519.pub, which ssh-keygen writes',
    details: { file },
  });
}
