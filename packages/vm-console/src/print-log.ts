import type { OpenedHost, Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { consoleLogPath, nameFault, readLogEnd, resolveDomain } from '@vm-tools/libdomain';
import type { KeptLog } from './result.ts';

/** What the console of a domain has said, as xenconsoled has kept it: whether the domain is there or has been. */
export async function printLog(host: OpenedHost, word: string, most = Infinity): Promise<Outcome<KeptLog>> {
  const name = await nameOf(host, word);
  const path = consoleLogPath(host, name);
  const said = await readLogEnd(path);
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

function noLog(name: string, path: string): VmToolsError {
  return new VmToolsError({
    code: 'CONSOLE_LOG_ABSENT',
    message: `nothing is kept of what the console of ${name} says: there is no ${path}`,
    hint: 'start xenconsoled with --log=guest: on Debian, XENCONSOLED_ARGS=--log=guest in /etc/default/xen, and boot the host anew',
    details: { path },
  });
}
