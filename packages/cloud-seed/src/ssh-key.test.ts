import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VmToolsError } from '@vm-tools/errors';
import { sshKeysOf } from './ssh-key.ts';

/** A key as OpenSSH writes it: each part with its length before it. */
function publicKey(type: string, parts: readonly Buffer[]): string {
  const fields = [Buffer.from(type), ...parts].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return `${type} ${Buffer.concat(fields).toString('base64')}`;
}

const ed25519 = publicKey('ssh-ed25519', [Buffer.alloc(32, 7)]);
const rsa = publicKey('ssh-rsa', [Buffer.from([1, 0, 1]), Buffer.alloc(257, 9)]);
const onHardware = publicKey('sk-ssh-ed25519@openssh.com', [Buffer.alloc(32, 7), Buffer.from('ssh:')]);

function codeOf(text: string): string {
  try {
    sshKeysOf(text, 'id.pub');
    return 'taken';
  } catch (thrown) {
    return (thrown as VmToolsError).code;
  }
}

test('keys of a file, one a line; comments and empty lines say nothing', () => {
  const text = `# mine\n\n${ed25519} me@example\r\n${rsa}\n  ${onHardware} token \n`;
  expect(sshKeysOf(text, 'id.pub')).toEqual([`${ed25519} me@example`, rsa, `${onHardware} token`]);
});

test('a private key is refused by name, with the way to the public one', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  for (const text of [
    privateKey.export({ type: 'pkcs1', format: 'pem' }) as string,
    privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n',
    'PuTTY-User-Key-File-3: ssh-ed25519\n',
  ])
    expect(codeOf(text)).toBe('SSH_KEY_PRIVATE');
  expect(() => sshKeysOf('-----BEGIN PRIVATE KEY-----', '/root/.ssh/id')).toThrow(
    expect.objectContaining({ hint: 'name the public one beside it, probably /root/.ssh/id.pub' }),
  );
});

test.each([
  ['nothing', ''],
  ['comments alone', '# none\n'],
  ['options', `command="/bin/sh" ${ed25519}`],
  ['a cut key', ed25519.slice(0, -30)],
  ['a type that is not the one of the key', ed25519.replace('ssh-ed25519', 'ssh-rsa')],
  ['a word', 'ssh-ed25519'],
  ['a control character in the comment', `${ed25519} me\x1b[31m`],
  ['the form of another program', '---- BEGIN SSH2 PUBLIC KEY ----'],
])('refuses %s', (_, text) => {
  expect(codeOf(text)).toBe('SSH_KEY_INVALID');
});

test('any text is keys or is refused', () => {
  const shreds = fc.array(fc.constantFrom(ed25519, rsa, 'ssh-rsa', ' ', '\n', '#', 'AAAA', '=', '\0'));
  fc.assert(
    fc.property(
      fc.oneof(
        shreds.map((parts) => parts.join('')),
        fc.string(),
      ),
      (text) => expect(['taken', 'SSH_KEY_INVALID']).toContain(codeOf(text)),
    ),
  );
});
