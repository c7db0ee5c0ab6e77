import { expect } from '@jest/globals';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { failure, interrupt, listenTo, result, testOnHost, waitForTicks } from '@vm-tools/xen-sim/testing';
import { fullImage } from './testing/full-image.ts';
import { saveGuest } from './testing/save-guest.ts';

testOnHost('there and back it is the same, and both forms are restored', async (host) => {
  await saveGuest(host, 'web1', '-o web1.img', 'type=pv');
  const read = (name: string): Promise<Buffer> => readFile(join(host.folder, name));
  const image = await read('web1.img');
  const packed = await result(host, 'vm-image convert web1.img -o web1.img.zst');
  const { size, mode } = await stat(join(host.folder, 'web1.img.zst'));
  expect(packed).toMatchObject({
    ...{ file: 'web1.img', output: 'web1.img.zst', imageBytes: image.length, isCompressed: true },
    ...{ transferred: size, isFollowed: false },
  });
  expect(mode & 0o777).toBe(0o600);
  expect(size).toBeLessThan(image.length / 2);
  expect(await host.run('vm-image convert web1.img.zst -o back.img')).toMatch(
    /^web1\.img\.zst: [\d.]+ MiB, expanded [\d.]+ [KM]iB in back\.img\n$/,
  );
  expect((await read('back.img')).equals(image)).toBe(true);
  const { blocks } = await stat(join(host.folder, 'back.img'));
  expect(blocks * 512).toBeLessThan(image.length / 2);

  await host.run('cat web1.img | vm-image convert - -o - | vm-image convert - -o - > piped.img');
  expect((await read('piped.img')).equals(image)).toBe(true);
  await result(host, 'vm-image convert web1.img --no-compress -o copy.img');
  expect((await read('copy.img')).equals(image)).toBe(true);
  await writeFile(join(host.folder, 'other.zst'), zstdCompressSync(image));
  await result(host, 'vm-image convert other.zst -z -o other.zst --overwrite');
  expect(await result(host, 'vm-image info other.zst')).toMatchObject({ compression: 'zstd-frames' });
  expect(zstdDecompressSync(await read('other.zst')).equals(image)).toBe(true);

  await result(host, 'vm-restore other.zst');
  await waitForTicks(host, 'web1');
  await host.run('vm-destroy web1');
  await result(host, 'vm-restore back.img');
  await waitForTicks(host, 'web1');
});

testOnHost('of what is not sound there is no copy, and what is there stays', async (host) => {
  await saveGuest(host, 'web1', '-o web1.img');
  const image = await readFile(join(host.folder, 'web1.img'));
  const write = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(host.folder, name), bytes);
  await write('cut.img', image.subarray(0, -1));
  await write('cut.zst', zstdCompressSync(image).subarray(0, -1));
  await write('followed.img', Buffer.concat([image, Buffer.alloc(3_000_000, 1)]));
  await write('there.img', Buffer.from('old'));
  const before = await readdir(host.folder);
  for (const [words, status, code] of [
    ['cut.img -o new.img', 10, 'STREAM_TRUNCATED'],
    ['cut.img -o new.img --no-compress', 10, 'STREAM_TRUNCATED'],
    ['cut.zst -o new.img', 10, 'ZSTD_CORRUPT'],
    ['cut.img -o there.img --overwrite', 10, 'STREAM_TRUNCATED'],
    ['web1.img -o there.img', 2, 'XFR_FILE_EXISTS'],
    ['web1.img -o .', 2, 'XFR_FILE_TYPE'],
    ['nosuch.img -o new.img', 2, 'XFR_FILE_MISSING'],
    ['web1.img', 2, 'USAGE'],
  ] as const) {
    const failed = await failure(host, `vm-image convert ${words}`);
    expect({ words, ...failed }).toMatchObject({ words, status, error: { code } });
  }
  expect(await readdir(host.folder)).toEqual(before);
  expect(await readFile(join(host.folder, 'there.img'), 'utf8')).toBe('old');
  const { code, stderr } = await host.exec('vm-image convert cut.img -o - | cat >/dev/null; exit 0');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('[STREAM_TRUNCATED]') });

  const followed = await host.exec('vm-image convert followed.img -o followed.zst');
  expect(followed).toMatchObject({ code: 0, stderr: expect.stringContaining('was left out') });
  expect(zstdDecompressSync(await readFile(join(host.folder, 'followed.zst'))).equals(image)).toBe(true);
});

testOnHost('with a limit, and interrupted, nothing is left; not onto a terminal', async (host) => {
  await writeFile(join(host.folder, 'web1.img'), fullImage(16_384));
  const before = await readdir(host.folder);
  const interrupted = await interrupt(
    host,
    'vm-image convert web1.img -o new.img --no-compress --bwlimit 1M',
    ({ type, transferred }) => type === 'progress' && Number(transferred) > 0,
  );
  expect(interrupted).toMatchObject({ status: 130, error: { code: 'INTERRUPTED' } });
  expect(await readdir(host.folder)).toEqual(before);
  const terminal = await host.spawnOnTerminal('vm-image convert web1.img -o -');
  const { said } = listenTo(terminal);
  expect(await terminal.exited).toBe(2);
  expect(said()).toContain('[STDOUT_IS_TERMINAL]');
});
