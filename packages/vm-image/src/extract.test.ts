import { expect, test } from '@jest/globals';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { failure, listenTo, result, testOnHost, type TestHost } from '@vm-tools/xen-sim/testing';
import { parseGfns } from './parse-gfns.ts';
import { differing, memoryOf } from './testing/memory-of.ts';
import { saveGuest } from './testing/save-guest.ts';

interface Extracted {
  readonly pages: number;
  readonly bytes: number;
}

const extract = (host: TestHost, words: string): Promise<Extracted> =>
  result<Extracted>(host, `vm-image extract ${words}`);

testOnHost('the memory of domains, as a whole and by page', async (host) => {
  const read = (name: string): Promise<Buffer> => readFile(join(host.folder, name));
  for (const type of ['pv', 'pvh']) {
    await saveGuest(host, type, `-z -o ${type}.zst`, `type=${type}`);
    await host.run(`vm-image convert ${type}.zst -o ${type}.img`);
    const image = await read(`${type}.img`);
    await writeFile(join(host.folder, `${type}.other`), zstdCompressSync(image));
    const pages = memoryOf(image);
    const last = Math.max(...pages.keys());
    const some = [...pages].filter(([gfn]) => gfn < 256 && pages.has(gfn + 1));
    const [[gfn, page]] = some.slice(some.length >> 1) as [[number, Buffer]];
    const two = Buffer.concat([page, pages.get(gfn + 1)!]);
    for (const form of ['img', 'zst', 'other']) {
      const file = `${type}.${form}`;
      const all = await extract(host, `${file} --all -o ${file}.mem`);
      expect(all).toMatchObject({ pages: pages.size, bytes: (last + 1) * 4096 });
      const { size, blocks, mode } = await stat(join(host.folder, `${file}.mem`));
      expect([size, mode & 0o777]).toEqual([all.bytes, 0o600]);
      expect(blocks * 512).toBeLessThan(pages.size * 4096);
      expect(await differing(join(host.folder, `${file}.mem`), pages)).toEqual([]);
      const range = `0x${gfn.toString(16)}-${gfn + 1}`;
      expect(await extract(host, `${file} --gfn ${range} -o two.mem --overwrite`)).toMatchObject({
        ...{ first: gfn, last: gfn + 1, pages: 2, bytes: 8192 },
      });
      expect((await read('two.mem')).equals(two)).toBe(true);
    }
    await host.run(`vm-image extract ${type}.zst --gfn ${gfn} > one.mem`);
    expect((await read('one.mem')).equals(page)).toBe(true);
    await host.run(`cat ${type}.other | vm-image extract - --gfn ${gfn} > piped.mem`);
    expect((await read('piped.mem')).equals(page)).toBe(true);
  }
});

testOnHost('pages that are not there are refused by their numbers, or are holes', async (host) => {
  await saveGuest(host, 'web1', '-o web1.img');
  const image = await readFile(join(host.folder, 'web1.img'));
  await writeFile(join(host.folder, 'cut.img'), image.subarray(0, -20));
  const pages = memoryOf(image);
  const beyond = Array.from({ length: 3000 }, (_, gfn) => gfn).findLast((gfn) => pages.has(gfn))! + 1;
  const before = await readdir(host.folder);
  const range = `${beyond - 1}-${beyond + 2}`;
  const absent = `0x${beyond.toString(16)}-0x${(beyond + 2).toString(16)}`;
  expect(await failure(host, `vm-image extract web1.img --gfn ${range} -o new.mem`)).toMatchObject({
    status: 2,
    error: {
      code: 'IMAGE_PAGE_ABSENT',
      message: `the domain in web1.img does not have all of these pages: ${absent}`,
      details: { absent: [absent] },
    },
  });
  const { code: status, stdout, stderr } = await host.exec(`vm-image extract web1.img --gfn ${range}`);
  expect({ status, stdout, stderr }).toEqual({
    ...{ status: 2, stdout: '' },
    stderr: expect.stringContaining('[IMAGE_PAGE_ABSENT]'),
  });
  for (const [words, status, code] of [
    ['cut.img --gfn 0 -o new.mem --sparse', 10, 'STREAM_TRUNCATED'],
    ['cut.img --all -o new.mem', 10, 'STREAM_TRUNCATED'],
    ['web1.img', 2, 'USAGE'],
    ['web1.img --all', 2, 'USAGE'],
    ['web1.img --gfn 0-0xffff', 2, 'USAGE'],
    ['web1.img --gfn 5-3 -o new.mem', 2, 'USAGE'],
    ['web1.img --gfn x -o new.mem', 2, 'USAGE'],
    ['web1.img --gfn 0 -o web1.img', 2, 'XFR_FILE_EXISTS'],
  ] as const)
    expect({ words, ...(await failure(host, `vm-image extract ${words}`)) }).toMatchObject({
      ...{ words, status, error: { code } },
    });
  expect(await readdir(host.folder)).toEqual(before);
  expect(await extract(host, `web1.img --gfn ${range} --sparse -o new.mem`)).toMatchObject({ pages: 1 });
  const holed = await readFile(join(host.folder, 'new.mem'));
  expect(holed.equals(Buffer.concat([pages.get(beyond - 1)!, Buffer.alloc(3 * 4096)]))).toBe(true);
  const terminal = await host.spawnOnTerminal('vm-image extract web1.img --gfn 0');
  const { said } = listenTo(terminal);
  expect(await terminal.exited).toBe(2);
  expect(said()).toContain('[STDOUT_IS_TERMINAL]');
});

test('ranges', () => {
  expect(parseGfns('0x1000')).toEqual({ first: 4096, last: 4096 });
  expect(parseGfns('7-0x10')).toEqual({ first: 7, last: 16 });
  for (const text of ['', '-', '1-', '-1', '1-2-3', '0x100000000', '1.5'])
    expect(() => parseGfns(text)).toThrow(expect.objectContaining({ kind: 'usage' }));
});
