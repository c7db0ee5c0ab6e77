import { expect } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { testOnHost, type PrintedError, type TestHost } from '@vm-tools/xen-sim/testing';
import { libxlStart, saveGuest } from './testing/save-guest.ts';

interface Verdict {
  readonly file: string;
  readonly ok: boolean;
  readonly imageBytes?: number;
  readonly populatedPages?: number;
  readonly isFollowed?: boolean;
  readonly error?: PrintedError;
}

async function verdictsOn(
  host: TestHost,
  words: string,
): Promise<{ status: number; verdicts: readonly Verdict[] }> {
  const { code: status, stdout } = await host.exec(`vm-image verify ${words} --json`);
  return { status, verdicts: JSON.parse(stdout) as Verdict[] };
}

testOnHost('sound ones, compressed or not, from a file or a pipe, and what follows them', async (host) => {
  await saveGuest(host, 'web1', '-o web1.img', 'type=pv');
  await saveGuest(host, 'web2', '-z -o web2.img.zst');
  const write = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(host.folder, name), bytes);
  const image = await readFile(join(host.folder, 'web1.img'));
  await write('other.zst', zstdCompressSync(image));
  await write('followed.img', Buffer.concat([image, Buffer.alloc(1)]));
  await write('followed.zst', zstdCompressSync(Buffer.concat([image, Buffer.alloc(1)])));
  const files = ['web1.img', 'web2.img.zst', 'other.zst', 'followed.img', 'followed.zst'];
  const { status, verdicts } = await verdictsOn(host, files.join(' '));
  expect(status).toBe(0);
  expect(verdicts).toEqual(
    files.map((file) => ({
      ...{ file, ok: true, isFollowed: file.startsWith('followed') },
      imageBytes: file === 'web2.img.zst' ? expect.any(Number) : image.length,
      populatedPages: expect.any(Number),
    })),
  );
  for (const file of files) {
    const { verdicts: piped } = await verdictsOn(host, `- < ${file}`);
    expect(piped).toEqual([{ ...verdicts[files.indexOf(file)], file: '-' }]);
  }
  // A pipe from a program that does not end.
  expect(await host.run('{ cat web1.img; yes; } | vm-image verify -')).toMatch(
    /^-: sound: [\d.]+ MiB, \d+ pages; behind it are bytes that are no part of it\n$/,
  );
});

testOnHost('damage is told with its place, and does not stop it', async (host) => {
  await saveGuest(host, 'web1', '-z -o packed.zst');
  const packed = await readFile(join(host.folder, 'packed.zst'));
  const image = zstdDecompressSync(packed);
  const write = async (name: string, bytes: Buffer, at?: number): Promise<string> => {
    const copy = Buffer.from(bytes);
    if (at !== undefined) copy.writeUInt8(copy.readUInt8(at) ^ 0x40, at);
    await writeFile(join(host.folder, name), copy);
    return name;
  };
  const libxl = libxlStart(image);
  const files = [
    await write('sound.img', image),
    await write('cut.img', image.subarray(0, image.length - 4)),
    await write('flipped.zst', packed, packed.length >> 1),
    await write('cut.zst', packed.subarray(0, packed.length >> 1)),
    await write('libxl.img', image, libxl),
    await write('config.img', Buffer.concat([image.subarray(0, 52), Buffer.from('x'), image.subarray(53)])),
    await write('foreign.img', Buffer.from('QEVM and so on')),
  ];
  const { status, verdicts } = await verdictsOn(host, `${files.join(' ')} nosuch.img .`);
  expect(status).toBe(1);
  expect(verdicts.map(({ file, ok, error }) => [file, ok, error?.code, error?.details?.['offset']])).toEqual([
    ['sound.img', true, undefined, undefined],
    ['cut.img', false, 'STREAM_TRUNCATED', image.length - 8],
    ['flipped.zst', false, 'ZSTD_CORRUPT', expect.any(Number)],
    ['cut.zst', false, 'ZSTD_CORRUPT', expect.any(Number)],
    ['libxl.img', false, 'STREAM_CORRUPT', libxl],
    ['config.img', false, 'IMAGE_CONFIG_CORRUPT', undefined],
    ['foreign.img', false, 'STREAM_FOREIGN', 0],
    ['nosuch.img', false, 'XFR_FILE_MISSING', undefined],
    ['.', false, 'XFR_FILE_TYPE', undefined],
  ]);
  const { code, stdout } = await host.exec('vm-image verify sound.img cut.img');
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringMatching(
      /^sound\.img: sound: .*\ncut\.img: libxl END at byte \d+: the bytes end .* \[STREAM_TRUNCATED\]\n {2}hint: .*\n$/,
    ),
  });
  expect(await verdictsOn(host, 'nosuch.img')).toMatchObject({ status: 2 });
});

testOnHost('a pipe that brings nothing more is waited for until --timeout', async (host) => {
  await saveGuest(host, 'web1', '-o web1.img');
  const verifying = host.spawn('exec vm-image verify - --json --timeout 1.5');
  const stdout = text(verifying.stdout);
  verifying.stdin.write((await readFile(join(host.folder, 'web1.img'))).subarray(0, 100_000));
  expect(await verifying.exited).toBe(124);
  expect(JSON.parse(await stdout)).toMatchObject({ error: { code: 'TIME_LIMIT' } });
});
