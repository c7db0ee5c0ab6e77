import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder that looks like the root of a host. */
export interface FakeRoot extends AsyncDisposable {
  readonly path: string;
}

/** The files of dom0 of a Xen 4.17. */
export const DOM0_FILES: Readonly<Record<string, string>> = {
  'sys/hypervisor/type': 'xen\n',
  'sys/hypervisor/version/major': '4\n',
  'sys/hypervisor/version/minor': '17\n',
  'proc/xen/capabilities': 'control_d\n',
  'dev/xen/privcmd': '',
};

export async function makeFakeRoot(files: Readonly<Record<string, string>>): Promise<FakeRoot> {
  const path = await mkdtemp(join(tmpdir(), 'xc-native-root-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, dirname(name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
