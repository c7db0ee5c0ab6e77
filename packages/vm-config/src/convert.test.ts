import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configJsonSchema, formatXlConfig, fromLibxlJson, parseConfig } from '@vm-tools/libdomain';
import { OUTCOMES } from '@vm-tools/libdomain/testing/corpus-outcomes';
import { runConfig } from './testing/run-config.ts';

const CORPUS = join(import.meta.dirname, '../../libdomain/corpus/xl');
const XL = `name = "m"
type = "pvh"
kernel = "/k"
memory = 64
disk = ["vdev=xvda,format=raw,access=rw,target=/dev/vg/m"]
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
  await writeFile(join(folder, 'm.cfg'), XL);
});
afterAll(() => rm(folder, { recursive: true }));

const convert = (...words: string[]) => runConfig(['convert', ...words], { cwd: folder });

test('to JSON and back; and to the JSON of libxl', async () => {
  const json = await convert('m.cfg');
  expect(json).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({ name: 'm', memory: 64, disks: [{ target: '/dev/vg/m' }] });
  const back = await runConfig(['convert', '-'], { cwd: folder, input: json.stdout });
  expect(back).toEqual({ status: 0, stdout: XL, stderr: '' });
  expect(await convert('m.cfg', '--to', 'xl')).toEqual(back);
  const libxl = await convert('m.cfg', '--to', 'libxl');
  expect(fromLibxlJson(libxl.stdout)).toEqual(parseConfig(XL, 'm.cfg'));
});

test('configurations of real users are the same as an xl.cfg of ours', async () => {
  const names = Object.keys(OUTCOMES).filter((name) => OUTCOMES[name]?.[0] === '');
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    const config = parseConfig(await readFile(join(CORPUS, `${name}.cfg`), 'utf8'), name, {
      folder: '/guests',
    });
    const warnings: string[] = [];
    const onWarning = (warning: string): void => void warnings.push(warning);
    expect(parseConfig(formatXlConfig(config), name, { onWarning })).toEqual(config);
    expect(warnings.filter((warning) => !warning.includes('model= has no effect'))).toEqual([]);
  }
});

test('warnings go to stderr, and the result has them for programs', async () => {
  await writeFile(join(folder, 'w.cfg'), `${XL}boot = "c"\n`);
  const { status, stdout, stderr } = await convert('w.cfg', '--to', 'xl');
  expect({ status, stdout }).toEqual({ status: 0, stdout: XL });
  expect(stderr).toBe('vm-config: warning: w.cfg:6:1: boot has no effect on a pvh domain\n');
  const { stdout: printed } = await convert('w.cfg', '--json');
  expect(JSON.parse(printed)).toEqual({
    from: 'xl',
    to: 'json',
    text: expect.stringContaining('"name": "m"'),
    warnings: [{ line: 6, column: 1, message: 'boot has no effect on a pvh domain' }],
  });
});

test('what cannot be seen stays as it is in a file', async () => {
  const cmdline = 'a\u202eb\u0085\u{e0001}é界😀';
  const text = JSON.stringify({ name: 'm', kernel: '/k', memory: 64, cmdline });
  await writeFile(join(folder, 'unseen.json'), text);
  for (const to of ['json', 'xl']) {
    const { status, stdout } = await convert('unseen.json', '--to', to);
    expect(status).toBe(0);
    expect(parseConfig(stdout, 'f')).toMatchObject({ cmdline });
  }
  const { stdout } = await convert('unseen.json', '--to', 'xl', '--json');
  expect(stdout).not.toMatch(/[\u202e\u0085]/);
  expect(JSON.parse(stdout)).toMatchObject({ text: expect.stringContaining(cmdline) });
});

test('what cannot be written is told with its place', async () => {
  await writeFile(
    join(folder, 'odd.json'),
    '{ "name": "m", "kernel": "/k", "memory": "65537KiB",\n  "networks": [{ "ip": "10.0.0.1,10.0.0.2" }] }',
  );
  const { status, stdout, stderr } = await convert('odd.json');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr)
    .toBe(`vm-config: odd.json:1:42: memory has a value for which xl.cfg has no words: "65537KiB" [CONFIG_NOT_IN_XL]
vm-config: odd.json:2:15: networks[0].ip has a value for which xl.cfg has no words: "10.0.0.1,10.0.0.2" [CONFIG_NOT_IN_XL]
hint: memory: write a whole number of MiB; networks: leave commas and outer blanks out of it, or keep this configuration in JSON
`);
  expect(await convert('odd.json', '--to', 'libxl')).toMatchObject({ status: 0 });
});

test('a guest from an image stays one in JSON, with all paths, and has no other form', async () => {
  const image = { file: 'debian.qcow2', sshKey: '/root/id.pub', disk: '1.5G' };
  const disks = [{ target: '/more', vdev: 'xvdc' }];
  await writeFile(join(folder, 'image.json'), JSON.stringify({ name: 'm', memory: '2G', image, disks }));
  const { status, stdout } = await convert('image.json', '--to', 'json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'pvh',
    memory: 2048,
    disks: [{ target: '/more', vdev: 'xvdc' }],
    image: { ...image, file: join(folder, 'debian.qcow2') },
  });
  await writeFile(join(folder, 'again.json'), stdout);
  expect(await convert('again.json', '--to', 'json')).toEqual({ status: 0, stdout, stderr: '' });
  for (const to of ['xl', 'libxl']) {
    const refused = await convert('image.json', '--to', to);
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr)
      .toBe(`vm-config: image.json:1:27: only JSON has a word for an image [CONFIG_NOT_IN_XL]
hint: keep this configuration in JSON; vm-create --dry-run prints what is made of it
`);
  }
});

test('the JSON Schema is that of libdomain', async () => {
  const { status, stdout } = await runConfig(['schema'], { cwd: folder });
  expect({ status, schema: JSON.parse(stdout) as unknown }).toEqual({
    status: 0,
    schema: configJsonSchema(),
  });
});
