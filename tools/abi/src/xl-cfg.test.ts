import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VmToolsError } from '@vm-tools/errors';
import { formatXlConfig, type NewDomainConfig } from '@vm-tools/libdomain';
import { patient } from '@vm-tools/ratelimit/testing';
import fc from 'fast-check';
import { configArbitrary } from '@vm-tools/libdomain/testing/config-arbitrary';
import { ensureHeaders } from './headers.ts';

const COUNT = 300;

let folder: string;
let reader: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xl-cfg-'));
  reader = join(folder, 'read-cfg');
  const headers = await ensureHeaders('4.17');
  const places = headers.flatMap((path) => [`-I${path}`, `-L${join(path, '../lib/x86_64-linux-gnu')}`]);
  const source = join(import.meta.dirname, 'read-cfg.c');
  await promisify(execFile)('gcc', [...places, '-o', reader, source, '-lxlutil', '-lxenlight']);
}, patient(310_000));
afterAll(() => rm(folder, { recursive: true }));

/** What xl's library finds in a file. */
interface Found {
  readonly refused: string;
  readonly values: Record<string, readonly string[]>;
  /** of each disk: whether it is refused, target, vdev, script, backend, access */
  readonly disks: string[][];
}

function foundIn(output: string): Found[] {
  const files: Found[] = [];
  let open: string[] = [];
  for (const piece of output.split('\0').slice(0, -1)) {
    const text = piece.slice(1);
    const file = files.at(-1);
    if (piece.startsWith('F')) files.push({ refused: text, values: {}, disks: [] });
    else if (piece.startsWith('I')) open.push(text);
    else if (piece.startsWith('D')) file?.disks.push((open = [text]));
    else if (file !== undefined) file.values[text] = open = [];
  }
  return files;
}

/** A configuration that can be written as xl.cfg, and its text. */
function written(config: NewDomainConfig): readonly (readonly [NewDomainConfig, string])[] {
  const memoryKib = Math.ceil(config.memoryKib / 1024) * 1024;
  const disks = config.disks.map(({ trusted: _, ...disk }) => disk);
  const whole = { ...config, memoryKib, maxMemoryKib: memoryKib, disks };
  try {
    return [[whole, formatXlConfig(whole)]];
  } catch (thrown) {
    if (thrown instanceof VmToolsError && thrown.code === 'CONFIG_NOT_IN_XL') return [];
    throw thrown;
  }
}

const given = (value: string | undefined): string[] => (value === undefined || value === '' ? [] : [value]);
const absentIfEmpty = (values: readonly string[] | undefined): readonly string[] | undefined =>
  values?.length === 0 ? undefined : values;

test('what is written as xl.cfg is read by the library of xl as what it is', async () => {
  const configs = fc.sample(configArbitrary, COUNT).flatMap(written);
  expect(configs.length).toBeGreaterThan(COUNT / 2);
  const files = configs.map((_, index) => join(folder, `${index}.cfg`));
  await Promise.all(configs.map(([, text], index) => writeFile(files[index]!, text)));
  const { stdout, stderr } = await promisify(execFile)(reader, files, { maxBuffer: 2 ** 28 });
  const found = foundIn(stdout);
  expect({ stderr, files: found.length }).toEqual({ stderr: '', files: files.length });
  configs.forEach(([config, text], index) => {
    const { refused, values, disks } = found[index]!;
    expect({
      text,
      refused,
      disks,
      name: values['name'],
      uuid: values['uuid'],
      type: values['type'],
      kernel: values['kernel'],
      ramdisk: values['ramdisk'],
      cmdline: values['cmdline'],
      bootloader: values['bootloader'],
      bootloaderArgs: values['bootloader_args'],
      memory: values['memory'],
      devices: ['vif', 'vfb', 'channel', 'p9'].map((key) => values[key]?.length ?? 0),
    }).toEqual({
      text,
      refused: '',
      disks: config.disks.map(({ target, vdev, script, backend, access }) => [
        '',
        target,
        vdev,
        script ?? '',
        backend ?? '',
        access,
      ]),
      name: [config.name],
      uuid: absentIfEmpty(given(config.uuid)),
      type: [config.type],
      kernel: absentIfEmpty(given(config.kernel)),
      ramdisk: absentIfEmpty(given(config.ramdisk)),
      cmdline: absentIfEmpty(given(config.cmdline)),
      bootloader: absentIfEmpty(given(config.bootloader)),
      bootloaderArgs: config.bootloaderArgs,
      memory: [String(config.memoryKib / 1024)],
      devices: [config.networks, config.framebuffers, config.channels, config.shares].map(
        ({ length }) => length,
      ),
    });
  });
});
