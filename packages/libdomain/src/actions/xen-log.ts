import { asVmToolsError } from '../guest-error.ts';
import type { Host } from '../host.ts';

/** Lines of Xen's log. */
export interface XenLogOptions {
  /** Forget them. @default false */
  readonly clear?: boolean;
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
