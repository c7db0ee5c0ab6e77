import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { failure, result, testOnHost, unchanged, type TestHost } from '@vm-tools/xen-sim/testing';
import type { ImageReport } from './image-report.ts';
import { libxlStart, saveGuest } from './testing/save-guest.ts';

const infoOn = (host: TestHost, words: string): Promise<ImageReport> =>
  result<ImageReport>(host, `vm-image info ${words}`);

testOnHost('an image is told the same, compressed or not, from a file or a pipe', async (host) => {
  const { uuid } = await saveGuest(host, 'web1', '-z -o web1.img.zst');
  const image = zstdDecompressSync(await readFile(join(host.folder, 'web1.img.zst')));
  await writeFile(join(host.folder, 'web1.img'), image);
  await writeFile(join(host.folder, 'other.zst'), zstdCompressSync(image));
  const { file: _, storedBytes, ...same } = await infoOn(host, 'web1.img');
  expect([storedBytes, same.imageBytes]).toEqual([image.length, image.length]);
  expect(same).toMatchObject({
    ...{ name: 'web1', uuid, type: 'pvh', memoryKib: 4096, vcpus: 1, format: 'xl' },
    ...{ streamVersion: 3, xenVersion: '4.17', isWhole: true, isFollowed: false },
    records: expect.objectContaining({ END: 1, HVM_CONTEXT: 1, STATIC_DATA_END: 1 }),
  });
  expect(same.populatedPages).toBeGreaterThan(1000);

  const packed = await infoOn(host, 'web1.img.zst');
  expect(packed).toMatchObject({ ...same, compression: 'zstd-frames' });
  expect(packed.storedBytes).toBeLessThan(storedBytes);
  expect(await infoOn(host, 'other.zst')).toMatchObject({ ...same, compression: 'zstd' });

  const { zeroPages } = await infoOn(host, '--pages web1.img');
  expect(zeroPages).toBeGreaterThan(0);
  expect(zeroPages).toBeLessThan(same.populatedPages);
  for (const file of ['web1.img', 'web1.img.zst', 'other.zst']) {
    expect(await infoOn(host, `- < ${file}`)).toMatchObject({ ...same, file: '-' });
    expect(await infoOn(host, `--pages ${file}`)).toMatchObject({ ...same, file, zeroPages });
  }
});

testOnHost('several, for people, and with the configuration', async (host) => {
  await saveGuest(host, 'web1', '-o web1.img', 'type=pv');
  await saveGuest(host, 'web2', '-z -o web2.img.zst');
  const text = await host.run('vm-image info web1.img web2.img.zst');
  expect(text.split('\n\n').map((part) => part.split('\n')[0])).toEqual([
    'file      web1.img',
    'Record                Count',
    'file      web2.img.zst',
    'Record            Count',
  ]);
  expect(text).toMatch(/^size {6}[\d.]+ \w+, expanded [\d.]+ MiB$/m);
  expect(text).toMatch(/^format {4}xl, libxc stream of version 3, compressed by zstd in frames$/m);
  expect(text).toMatch(/^whole {5}yes$/m);
  const config = await host.run('vm-image info web1.img --config');
  expect(JSON.parse(config)).toMatchObject({ name: 'web1', type: 'pv', memory: 4 });
  await writeFile(join(host.folder, 'web1.json'), config);
  await host.run('vm-config check web1.json');
  expect(await infoOn(host, 'web1.img --config')).toEqual(JSON.parse(config));
});

testOnHost('of what is damaged it tells what is there, and where the damage is', async (host) => {
  await saveGuest(host, 'web1', '-z -o packed.zst');
  const packed = await readFile(join(host.folder, 'packed.zst'));
  const image = zstdDecompressSync(packed);
  const write = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(host.folder, name), bytes);
  await write('cut.img', image.subarray(0, image.length / 2));
  await write('cut.zst', packed.subarray(0, packed.length / 2));
  await write('followed.img', Buffer.concat([image, Buffer.alloc(5000)]));
  await write('empty.img', Buffer.alloc(0));
  await write('hvm.img', Buffer.from(image.toString('latin1').replace('"pvh"', '"hvm"'), 'latin1'));
  for (const [file, code] of [
    ['cut.img', 'STREAM_TRUNCATED'],
    ['cut.zst', 'ZSTD_CORRUPT'],
  ] as const) {
    const { code: status, stdout } = await host.exec(`vm-image info ${file} --json`);
    const report = JSON.parse(stdout) as ImageReport;
    expect({ status, isWhole: report.isWhole, name: report.name }).toEqual({
      ...{ status: 10, isWhole: false, name: 'web1' },
    });
    expect(report.error).toMatchObject({ code, details: { offset: expect.any(Number) } });
    expect(report.records).toMatchObject({ STATIC_DATA_END: 1 });
  }
  expect(await infoOn(host, 'followed.img')).toMatchObject({ isWhole: true, isFollowed: true });
  expect(await infoOn(host, 'hvm.img')).toMatchObject({ type: 'hvm', isWhole: true });
  expect(await failure(host, 'vm-image info hvm.img --config')).toMatchObject({
    status: 2,
    error: { code: 'IMAGE_UNSUPPORTED' },
  });
  expect(await failure(host, 'vm-image info empty.img')).toMatchObject({
    status: 10,
    error: { code: 'STREAM_FOREIGN', details: { offset: 0 } },
  });
  expect(await failure(host, 'vm-image info nosuch.img')).toMatchObject({
    status: 2,
    error: { code: 'XFR_FILE_MISSING' },
  });
  const cutConfig = libxlStart(image);
  await write('head.img', image.subarray(0, cutConfig));
  expect(await failure(host, 'vm-image info head.img')).toMatchObject({
    status: 10,
    error: { code: 'STREAM_TRUNCATED', details: { offset: cutConfig } },
  });
});

testOnHost('the host and its guests are as they were', async (host) => {
  await createGuest(host, 'web1', 'type=pvh');
  await result(host, 'vm-save web1 -o web1.img -c');
  await unchanged(host, () => host.run('vm-image info --pages web1.img; vm-image verify web1.img'));
});
