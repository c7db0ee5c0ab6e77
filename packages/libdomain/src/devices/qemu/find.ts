import type { QemuProcess } from '@vm-tools/dom0';
import type { Host } from '../../host.ts';
import { pidPath } from './paths.ts';

/** The qemu that serves a domain; undefined when it has none, or it has ended. */
export async function findQemu({ store, dom0 }: Host, domid: number): Promise<QemuProcess | undefined> {
  const text = await store.read(pidPath(domid));
  if (text === undefined || !/^[1-9]\d{0,9}$/.test(text)) return undefined;
  const qemu = { pid: Number(text), domid };
  return (await dom0.isQemu(qemu)) ? qemu : undefined;
}
