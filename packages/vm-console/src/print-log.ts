import type { OpenedHost, Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { nameFault, resolveDomain } from '@vm-tools/libdomain';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptLog } from './result.ts';

/** The end of a log that is read: a guest can make it as long as the disk is. */
const READ_BYTES = 1 << 20;

/** What the console of a domain has said, as xenconsoled has kept it: whether the domain is there or has been. */
export async function printLog(host: OpenedHost, word: string, most = Infinity): Promise<Outcome<KeptLog>> {
  const name = await nameOf(host, word);
  const path = join(host.root, 'var/log/xen/console', `guest-${name.replaceAll('/', '_')}.log`);
  const said = await readEnd(path);
  if (said === undefined) throw noLog(name, path);
  const lines = said.replaceAll('\r', '').trimEnd().split('\n');
  const last = lines.slice(Math.max(0, lines.length - most));
  return { isReport: true, value: { name, file: path, lines: last }, text: last.join('\n') };
}

/** One that is gone is known by its name alone. */
async function nameOf(host: OpenedHost, word: string): Promise<string> {
  try {
    return (await resolveDomain(host, word)).name;
  } catch (thrown) {
    const isGone = thrown instanceof VmToolsError && thrown.code === 'DOMAIN_UNKNOWN';
    if (isGone && nameFault(word) === undefined) return word;
    throw thrown;
  }
}

async function readEnd(path: string): Promise<string | undefined> {
  const file = await open(path).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const position = Math.max(0, size - READ_BYTES);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - position), position });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function noLog(name: string, path: string): VmToolsError {
  return new VmToolsError({
    code: 'CONSOLE_LOG_ABSENT',
    message: `nothing is kept of what the console of ${name} says: there is no ${path}`,
    hint: 'start xenconsoled with --log=guest: on Debian, XENCONSOLED_ARGS=--log=guest in /etc/default/xen, and boot the host anew',
    details: { path },
  });
}
