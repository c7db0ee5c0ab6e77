import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadNative } from './koffi/native.ts';
import { Libxc } from './libxc.ts';
import { openXen } from './open-xen.ts';
import { gatherFacts } from './probe/facts.ts';
import { refuse } from './probe/refuse.ts';
import { DOM0_FILES, makeFakeRoot } from './testing/fake-root.ts';
import { buildStubLibrary } from './testing/stub-library.ts';
import type { StubLibrary } from './testing/stub-library.ts';
import { NEWEST_VERSION, supportFor, SUPPORTED_VERSIONS } from './versions/index.ts';

let stub: StubLibrary;
beforeAll(async () => {
  stub = await buildStubLibrary();
});
afterAll(async () => {
  await stub[Symbol.asyncDispose]();
});

async function refusalOn(
  files: Readonly<Record<string, string>>,
  libraries = stub.libraries,
): Promise<unknown> {
  await using root = await makeFakeRoot(files);
  try {
    const xen = await openXen({ root: root.path, libraries });
    await xen.close();
    return 'opened';
  } catch (error) {
    return error;
  }
}

test('dom0 of a known version opens', async () => {
  expect(await refusalOn(DOM0_FILES)).toBe('opened');
});

test('no Xen at all', async () => {
  expect(await refusalOn({ 'etc/hostname': 'x' })).toMatchObject({
    code: 'XEN_NOT_RUNNING',
    kind: 'no-xen',
    hint: expect.stringContaining('install Xen'),
  });
});

test('Xen installed, but another kernel booted', async () => {
  const error = await refusalOn({ 'usr/lib/x86_64-linux-gnu/libxenctrl.so.4.17': '' });
  expect(error).toMatchObject({
    code: 'XEN_NOT_RUNNING',
    hint: expect.stringContaining('libraries of Xen 4.17'),
  });
});

test('a guest of Xen is not its control domain', async () => {
  const error = await refusalOn({ ...DOM0_FILES, 'proc/xen/capabilities': '' });
  expect(error).toMatchObject({ code: 'XEN_NOT_RUNNING', hint: 'run it in dom0' });
});

test('an unknown version is refused with its number and the way to add it', async () => {
  const error = await refusalOn({ ...DOM0_FILES, 'sys/hypervisor/version/minor': '16\n' });
  expect(error).toMatchObject({
    code: 'XEN_VERSION_UNKNOWN',
    kind: 'no-xen',
    message: 'this host runs Xen 4.16; the versions known here are 4.17, 4.20',
    hint: 'boot the host with Xen 4.17 or 4.20, or install vm-tools that drive Xen 4.16',
  });
});

test('the hypervisor has the last word on its version', async () => {
  await stub.script(`version ${(4 << 16) | 18} 0 0`);
  expect(await refusalOn(DOM0_FILES)).toMatchObject({
    code: 'XEN_VERSION_UNKNOWN',
    details: { version: '4.18' },
  });
  await stub.script('xc_physinfo -1 13 0');
  expect(await refusalOn(DOM0_FILES)).toMatchObject({
    code: 'XEN_VERSION_UNKNOWN',
    message: expect.stringContaining('refuses the interface of libxenctrl.so.4.17'),
  });
  await stub.script();
});

test('libraries of another version than the running Xen', async () => {
  const files = { ...DOM0_FILES, 'usr/lib/x86_64-linux-gnu/libxenctrl.so.4.20': '' };
  const error = await refusalOn(files, { ...stub.libraries, xenctrl: 'libxenctrl.so.none' });
  expect(error).toMatchObject({
    code: 'XEN_LIBRARY_MISSING',
    kind: 'no-xen',
    message: expect.stringContaining('libxenctrl.so.none'),
    hint: expect.stringContaining('installed are those of Xen 4.20'),
  });
});

test('a library that lacks a function', async () => {
  expect(await refusalOn(DOM0_FILES, { ...stub.libraries, xenctrl: 'libc.so.6' })).toMatchObject({
    code: 'XEN_LIBRARY_MISMATCH',
    message: expect.stringContaining('xc_interface_open'),
  });
});

test('no privilege: by the mode of the device, or when it is opened', async () => {
  const facts = {
    hypervisor: 'xen',
    version: '4.17',
    capabilities: 'control_d',
    procXenExists: true,
    installed: ['4.17'],
  };
  const refused = { code: 'XEN_NO_PRIVILEGE', kind: 'no-xen', hint: expect.stringContaining('root') };
  expect(refuse({ ...facts, privcmd: 'forbidden' })).toMatchObject(refused);
  await stub.script('xc_interface_open 0 13 0 Could not obtain handle on privileged command interface');
  expect(await refusalOn(DOM0_FILES)).toMatchObject(refused);
  await stub.script();
});

test('the real libxenctrl without a hypervisor fails with its own words', async () => {
  const { installed, privcmd } = await gatherFacts('/');
  const support = supportFor(installed.find((version) => version in SUPPORTED_VERSIONS) ?? NEWEST_VERSION);
  const native = await loadNative(support.libraries, support).catch((error: unknown) => error as Error);
  if (native instanceof Error) {
    console.warn(`skipped: ${native.message} (libxen-dev brings it)`);
    return;
  }
  if (privcmd === 'usable') {
    console.warn('skipped: this host runs on Xen');
    return;
  }
  const lines: string[] = [];
  expect(() => Libxc.open(native, support, (line) => lines.push(line))).toThrow(
    expect.objectContaining({
      code: 'XEN_CALL_FAILED',
      details: expect.objectContaining({ call: 'xc_interface_open', errnoName: expect.stringMatching(/^E/) }),
      log: [expect.stringContaining('Could not obtain handle on privileged command interface')],
    }),
  );
  expect(lines).toHaveLength(1);
});
