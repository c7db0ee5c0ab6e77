import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder that stands for a host: its programs, and its peers. */
export interface StubbedHost {
  /** for PATH, in front of the rest */
  readonly bin: string;
  readonly root: string;
}

/** A stub of a program: lines of sh. */
async function addProgram(bin: string, name: string, script: string): Promise<void> {
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/**
 * A host whose xenstore has these domains besides dom0, and which trusts b and c.example.
 *
 * @param folder for its files; `vm-list.log` there has a line for each time that `vm-list` was started
 */
export async function stubHost(folder: string, domains: readonly string[]): Promise<StubbedHost> {
  const [bin, root] = [join(folder, 'bin'), join(folder, 'root')];
  const store = join(folder, 'store');
  await mkdir(store, { recursive: true });
  for (const [index, name] of ['Domain-0', ...domains].entries())
    await writeFile(join(store, String(index)), `${name}\n`);
  await addProgram(bin, 'xenstore-list', `[ "$1" = /local/domain ] && ls ${store}`);
  await addProgram(bin, 'xenstore-read', `id=\${1#/local/domain/}; cat "${store}/\${id%/name}"`);
  await addVmList(folder, ['from-vm-list']);
  await mkdir(join(root, 'etc/vm-tools/peers'), { recursive: true });
  for (const name of ['b', 'c.example'])
    await writeFile(join(root, 'etc/vm-tools/peers', `${name}.json`), '{}');
  return { bin, root };
}

async function addVmList(folder: string, names: readonly string[]): Promise<void> {
  await addProgram(
    join(folder, 'bin'),
    'vm-list',
    `echo "$@" >>${join(folder, 'vm-list.log')}\nprintf '%s\\n' ${names.join(' ')}`,
  );
}
