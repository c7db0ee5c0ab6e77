import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OUTCOMES } from '@vm-tools/libdomain/testing/corpus-outcomes';
import { mutants } from './testing/mutate.ts';
import { checkFiles, runConfig } from './testing/run-config.ts';

const CORPUS = join(import.meta.dirname, '../../libdomain/corpus/xl');
const GOOD = 'name = "m"\ntype = "pvh"\nkernel = "/k"\nmemory = 64\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
  await writeFile(join(folder, 'good.cfg'), GOOD);
  await writeFile(join(folder, 'good.json'), '{ "name": "m", "kernel": "/k", "memory": 64 }');
});
afterAll(() => rm(folder, { recursive: true }));

test('configurations of real users, all in one run', async () => {
  const names = Object.keys(OUTCOMES);
  const { status, reports } = await checkFiles(
    names.map((name) => `${name}.cfg`),
    { cwd: CORPUS },
  );
  expect(status).toBe(2);
  const outcomes = reports.map(({ file, refused, warnings }) => [
    file.replace('.cfg', ''),
    [
      refused.map(({ line, column, key }) => [`${line}:${column}`, key].filter(Boolean).join(' ')).join(', '),
      warnings.map(({ line, message }) => `${line} ${message.split(' ', 1)[0]}`).join(', '),
    ],
  ]);
  expect(Object.fromEntries(outcomes)).toEqual(OUTCOMES);
  expect(reports.map(({ ok }) => ok)).toEqual(names.map((name) => OUTCOMES[name]?.[0] === ''));
});

test('100 mutated configurations: each is taken, or has a place and a reason', async () => {
  const corpus = (await readdir(CORPUS)).filter((name) => name.endsWith('.cfg'));
  const texts = await Promise.all(corpus.map((name) => readFile(join(CORPUS, name), 'utf8')));
  const mutated = mutants([...texts, GOOD, await readFile(join(folder, 'good.json'), 'utf8')], 100, 17);
  expect(new Set(mutated).size).toBeGreaterThan(90);
  const names = mutated.map((_, index) => `mutant-${index}.cfg`);
  await Promise.all(names.map((name, index) => writeFile(join(folder, name), mutated[index]!)));
  const { status, reports } = await checkFiles(names, { cwd: folder });
  expect(status).toBe(2);
  expect(reports.map(({ file }) => file)).toEqual(names);
  for (const { file, ok, refused } of reports) {
    expect({ file, hasReason: refused.length > 0 }).toEqual({ file, hasReason: !ok });
    for (const { line, column, code, message, hint } of refused) {
      expect({ file, line, column, code, message, hint }).toEqual({
        file,
        line: expect.any(Number),
        column: expect.any(Number),
        code: expect.stringMatching(/^CONFIG_(?!UNREADABLE)/),
        message: expect.stringMatching(/./),
        hint: expect.stringMatching(/./),
      });
    }
  }
  const taken = reports.filter(({ ok }) => ok).length;
  expect([taken > 5, taken < 95]).toEqual([true, true]); // or else the changes are none, or too many
});

describe('what cannot be read', () => {
  test('is one mistake of its file, and the others are read', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.cfg')]);
    await writeFile(join(folder, 'huge.cfg'), GOOD);
    await truncate(join(folder, 'huge.cfg'), 2 ** 40);
    await writeFile(join(folder, 'long.cfg'), '#'.repeat(2 ** 20 + 1));
    await writeFile(join(folder, 'disk.img'), new Uint8Array(4096).fill(0xff));
    const files = ['pipe.cfg', 'huge.cfg', 'long.cfg', 'disk.img', '.', 'nosuch', '/dev/zero', 'good.cfg'];
    const { status, reports } = await checkFiles(files, { cwd: folder });
    expect(status).toBe(2);
    const reasons = [
      'it is a pipe',
      'it is too long for a configuration',
      'it is too long for a configuration',
      'it is not text in UTF-8',
      'it is a directory',
      'there is no such file',
      'it is a device',
    ];
    expect(reports).toEqual([
      ...reasons.map((reason, index) => ({
        file: files[index],
        ok: false,
        refused: [
          {
            code: 'CONFIG_UNREADABLE',
            message: `cannot read the configuration ${files[index]}: ${reason}`,
            hint: 'check the path, the owner and the mode of the file',
          },
        ],
        warnings: [],
      })),
      { file: 'good.cfg', ok: true, refused: [], warnings: [] },
    ]);
  });

  test('stdin is read as a file is', async () => {
    expect(await checkFiles(['-', 'good.json'], { cwd: folder, input: `${GOOD}vcpus = two\n` })).toEqual({
      status: 2,
      reports: [
        {
          file: '-',
          ok: false,
          refused: [expect.objectContaining({ line: 5, column: 9, key: 'vcpus', hint: 'write vcpus = 1' })],
          warnings: [],
        },
        { file: 'good.json', ok: true, refused: [], warnings: [] },
      ],
    });
  });
});

test('settings behind the files are for all of them, and have a place of their own', async () => {
  const { status, reports } = await checkFiles(['good.cfg', 'good.json', 'memory=0'], { cwd: folder });
  expect(status).toBe(2);
  const refusal = {
    line: 1,
    column: 8,
    in: 'command line',
    key: 'memory',
    code: 'CONFIG_INVALID',
    message: 'memory must be 1 MiB or more',
    hint: 'correct the value at this place',
  };
  expect(reports.map(({ refused }) => refused)).toEqual([[refusal], [refusal]]);
  expect(await checkFiles(['good.cfg', 'memory=128'], { cwd: folder })).toMatchObject({ status: 0 });
});

test('for people: a line for each mistake, as compilers write them, and a sum', async () => {
  await writeFile(join(folder, 'bad\u001b[2J.cfg'), `${GOOD}serial = "pty"\non_crash = "restart_rename"\n`);
  const { status, stdout, stderr } = await runConfig(['check', 'bad\u001b[2J.cfg', 'good.cfg'], {
    cwd: folder,
  });
  expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
  expect(stdout)
    .toBe(`bad\\u001b[2J.cfg:6:12: error: on_crash must be one of destroy, restart, preserve: "restart_rename" [CONFIG_INVALID]
  hint: write "destroy", "restart" or "preserve"
bad\\u001b[2J.cfg:5:1: warning: serial has no effect on a pvh domain
files: 2, taken: 1, refused: 1, mistakes: 1, warnings: 1
`);
  expect(await runConfig(['check', 'good.cfg', 'good.cfg'], { cwd: folder })).toEqual({
    status: 0,
    stdout: 'files: 1, taken: 1, refused: 0, mistakes: 0, warnings: 0\n',
    stderr: '',
  });
});

test('a guest from an image, in JSON, is looked at as vm-create looks at it', async () => {
  const guest = { name: 'web1', memory: '2G', networks: [{}] };
  const image = { file: 'debian.qcow2', sshKey: 'id.pub', disk: '20G', ip: '10.0.0.2/24' };
  const files = { good: image, size: { ...image, disk: 'large' }, key: { file: 'a', sshkey: 'b' } };
  for (const [name, each] of Object.entries(files))
    await writeFile(join(folder, `${name}.json`), JSON.stringify({ ...guest, image: each }));
  await writeFile(join(folder, 'pv.json'), JSON.stringify({ ...guest, type: 'pv', image }));
  await writeFile(join(folder, 'own.json'), JSON.stringify({ ...guest, disks: ['/d,raw,xvda'], image }));
  const { status, reports } = await checkFiles(
    ['good.json', 'size.json', 'key.json', 'pv.json', 'own.json'],
    { cwd: folder },
  );
  expect(status).toBe(2);
  expect(reports.map(({ ok, refused }) => [ok, ...refused.map(({ message }) => message)])).toEqual([
    [true],
    [false, 'image.disk must be a size of 1 MiB or more, and not "large"'],
    [false, 'image.sshkey is not known'],
    [false, 'a guest from an image is of type pvh, and starts by GRUB'],
    [false, expect.stringContaining('xvda')],
  ]);
  expect(reports[1]?.refused).toMatchObject([{ line: 1, column: expect.any(Number), key: 'image' }]);
});
