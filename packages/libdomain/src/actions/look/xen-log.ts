import { VmToolsError } from '@vm-tools/errors';
import { asVmToolsError } from '../../guest-error.ts';
import type { Host } from '../../host.ts';

/** Lines of Xen's log. */
export interface XenLogOptions {
  /** Forget them. @default false */
  readonly clear?: boolean;
}

/**
 * Presses keys of Xen's own console, and returns what it has logged since: "h" is the list of keys.
 *
 * @param keys printable characters, each a key
 * @throws XEN_KEYS_INVALID (usage)
 */
export async function pressDebugKeys(host: Pick<Host, 'xen'>, keys: string): Promise<readonly string[]> {
  if (!/^[!-~]{1,32}$/.test(keys))
    throw new VmToolsError({
      code: 'XEN_KEYS_INVALID',
      kind: 'usage',
      message: `${JSON.stringify(keys)} are no keys of Xen's console: they are 1 to 32 printable characters`,
      hint: 'give h to see which there are',
    });
  const before = await readXenLog(host);
  try {
    await host.xen.sendDebugKeys(keys);
  } catch (thrown) {
    throw asVmToolsError(thrown, { doing: "pressing keys of Xen's console", hint: 'press them again' });
  }
  return linesSince(before, await readXenLog(host));
}

/**
 * The ring has lost its oldest bytes meanwhile when it was full: its first line may be the end of one, and what stood
 * before is the longest end of the old lines with which the new ones begin.
 */
function linesSince(before: readonly string[], after: readonly string[]): readonly string[] {
  const [first = '', ...others] = after;
  for (let lost = 0; lost < before.length; lost += 1) {
    const [cut = '', ...kept] = before.slice(lost);
    if (cut.endsWith(first) && kept.every((line, index) => line === others[index]))
      return others.slice(kept.length);
  }
  return after;
}

/** The log of the hypervisor, as much as its ring holds, the oldest line first and without line ends. */
export async function readXenLog(
  { xen }: Pick<Host, 'xen'>,
  { clear = false }: XenLogOptions = {},
): Promise<readonly string[]> {
  try {
    const text = await xen.readconsolering({ clear });
    return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  } catch (thrown) {
    throw asVmToolsError(thrown, { doing: "reading Xen's log", hint: 'read it again' });
  }
}
