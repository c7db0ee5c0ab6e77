import { join } from 'node:path';
import type { Host } from './host.ts';

/** The nodes that the guest sees as its own; it may read, and write only where it is allowed to. */
export const domainPath = (domid: number): string => `/local/domain/${domid}`;

/** The nodes of a virtual machine, whichever domains it has been. */
export const vmPath = (uuid: string): string => `/vm/${uuid}`;

/** The nodes that only toolstacks may see; named after libxl, because xl looks for it here. */
export const libxlPath = (domid: number): string => `/libxl/${domid}`;

/** Marks a domain as made by these tools: xl's own domains have a process of xl that looks after them. */
export const markerPath = (domid: number): string => `${libxlPath(domid)}/vm-tools`;

/** Says which transfer a domain is being made for, until it is started; `FROM_FILE` when it comes from an image. */
export const incomingPath = (domid: number): string => `${markerPath(domid)}/incoming`;

/** The source of that transfer, as its journal has it. */
export const incomingFromPath = (domid: number): string => `${incomingPath(domid)}/from`;

/** No transfer has such an id. */
export const FROM_FILE = 'file';

/** Says that the guest has been asked to suspend, and has not been resumed since. */
export const suspendingPath = (domid: number): string => `${markerPath(domid)}/suspending`;

/** Says that the pages which the guest writes are logged for a save that goes on while it runs. */
export const loggedPath = (domid: number): string => `${markerPath(domid)}/logged`;

/** Says where the configuration of a domain comes from; without it the operator has written it here. */
export const originPath = (domid: number): string => `${markerPath(domid)}/origin`;

/** The scheduler cap of a guest before it was slowed down for a transfer, in percent. */
export const cappedPath = (domid: number): string => `${markerPath(domid)}/capped`;

/** The node in which a toolstack writes its request to the guest. */
export const controlPath = (domid: number): string => `${domainPath(domid)}/control/shutdown`;

/** The node in which a toolstack writes a key for the kernel of the guest. */
export const sysrqPath = (domid: number): string => `${domainPath(domid)}/control/sysrq`;

/** The node in which the guest says, with 1, that it can do such a request. */
export const featurePath = (domid: number, word: 'suspend' | 'poweroff' | 'reboot'): string =>
  `${domainPath(domid)}/control/feature-${word}`;

/** The folder in which xl keeps the configuration of each domain. */
export const userdataFolder = (host: Pick<Host, 'root'>): string => join(host.root, 'var/lib/xen');

/** Configuration of a running domain, in libxl's JSON. "n" instead of "d" is libxl's name for one being written. */
export const userdataPath = (
  host: Pick<Host, 'root'>,
  domid: number,
  uuid: string,
  letter: 'd' | 'n' = 'd',
): string => join(userdataFolder(host), `userdata-${letter}.${domid}.${uuid}.libxl-json`);

/** libxl's lock of what it keeps about a domain (libxl__lock_domain_userdata). */
export const userdataLockPath = (host: Pick<Host, 'root'>, domid: number, uuid: string): string =>
  join(userdataFolder(host), `userdata-l.${domid}.${uuid}.domain-userdata-lock`);

/** What xenconsoled keeps of the primary console of a domain, where it was told to. */
export const consoleLogPath = (host: Pick<Host, 'root'>, name: string): string =>
  xenLogPath(host, 'console/guest', name);

/** What has been saved on a host, a line each. */
export const savesLogPath = ({ root }: Pick<Host, 'root'>): string =>
  join(root, 'var/log/vm-tools/saves.log');

/** The log of a program that runs for one guest, where the logs of Xen are. */
export const xenLogPath = ({ root }: Pick<Host, 'root'>, program: string, name: string): string =>
  join(root, 'var/log/xen', `${program}-${name.replaceAll('/', '_')}.log`);
