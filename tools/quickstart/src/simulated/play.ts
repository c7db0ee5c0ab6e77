import { mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatBytes } from '@vm-tools/ratelimit';
import chalk from 'chalk';
import { lastTick } from '../last-tick.ts';
import { Stage } from '../stage.ts';
import { diskFolder, shell, type PlayedHost } from './hosts.ts';
import { ADDRESS, startXfrd } from './xfrd.ts';

const guest = 'web1';
const DISK_BYTES = 64 << 20;
/** Small, so that it takes seconds; it writes so fast that a move takes some rounds. */
const config = ({ kernel }: PlayedHost, disk: string): string => `name = "${guest}"
type = "pvh"
kernel = "${kernel}"
memory = 128
vcpus = 1
disk = ["${disk},raw,xvda,rw"]
vif = ["bridge=xenbr0"]
# What a simulated guest does: writes 4 MiB/s to 96 MiB of its memory, and counts on its console.
cmdline = "sim.dirty=4M/s sim.set=96M sim.entropy=text sim.tick=250ms"
`;

/** The path where `vm-create` finds it, and a user who goes on. */
export const configPath = ({ root }: PlayedHost): string => join(root, `etc/xen/${guest}.cfg`);

/**
 * The life of a guest on two hosts, in the words of the tools.
 * @returns where their xfrd listen
 */
export async function play(
  [a, b]: readonly [PlayedHost, PlayedHost],
  signal: AbortSignal,
): Promise<readonly [a: string, b: string]> {
  const stage = new Stage();

  stage.say('Two simulated Xen hosts.');
  const here = shell(signal);
  await stage.type(here, `xen-sim start ${a.name} --memory 8G --cpus 4`, 'host a', () => a.spec);
  await stage.type(here, `xen-sim start ${b.name} --memory 8G --cpus 4`, 'host b', () => b.spec);

  stage.say(
    'Each gets a key and is told the fingerprint of the other one, and where the disks of its guests may lie; then their xfrd talk over TLS.',
  );
  const keyOfA = await stage.type(a, 'xfrd init');
  const keyOfB = await stage.type(b, 'xfrd init');
  const allowed = `--allow-disks ${diskFolder()}`;
  await stage.type(a, `xfrd trust ${b.name} ${ADDRESS} --fingerprint ${keyOfB} ${allowed}`);
  await stage.type(b, `xfrd trust ${a.name} ${ADDRESS} --fingerprint ${keyOfA} ${allowed}`);
  const [toA, toB] = await Promise.all([startXfrd(a, signal), startXfrd(b, signal)]);
  console.log(chalk.cyan(a.line(`xfrd --listen ${toA}`)));
  console.log(chalk.cyan(b.line(`xfrd --listen ${toB}`)));

  stage.say(
    'A guest with a disk and a network device is created. It counts on its console, and writes to its memory all the time.',
  );
  const disk = join(diskFolder(), `${guest}.img`);
  await mkdir(diskFolder(), { mode: 0o700 });
  await writeFile(disk, '');
  await truncate(disk, DISK_BYTES);
  await mkdir(dirname(configPath(a)), { recursive: true });
  await writeFile(configPath(a), config(a, disk));
  await stage.type(a, `vm-create ${configPath(a)}`, 'create', (domid) => `domain ${domid}`);
  await a.waitForConsole(guest, /^tick 3\b/m);
  await stage.type(a, 'vm-list');

  stage.say('It is paused, and goes on.');
  await stage.type(a, `vm-pause ${guest}`, 'pause');
  await stage.type(a, `vm-list ${guest}`);
  await stage.type(a, `vm-unpause ${guest}`, 'unpause');

  stage.say('It is saved to a file and brought back; it does not notice.');
  const image = join(a.root, `var/lib/xen/${guest}.img`);
  const sizeOfImage = async (): Promise<string> => `an image of ${formatBytes((await stat(image)).size)}`;
  await stage.type(a, `vm-save ${guest} -o ${image}`, 'save', sizeOfImage);
  const saved = await lastTick(a, guest);
  await stage.type(a, `vm-restore ${image}`, 'restore', (domid) => `domain ${domid}`);
  await a.waitForConsole(guest, new RegExp(`^tick ${saved + 2}\\b`, 'm'));
  await stage.showConsole(a, guest, 4);

  stage.say('It moves to the other host while it runs and writes, encrypted and with at most 20 MiB/s.');
  await stage.type(a, `vm-migrate ${guest} ${toB} --bwlimit 20M`, 'migrate live');
  const left = await lastTick(a, guest);
  await b.waitForConsole(guest, new RegExp(`^tick ${left + 3}\\b`, 'm'));
  await stage.showConsole(a, guest, 2);
  await stage.showConsole(b, guest, 4);
  await stage.type(b, 'vm-list');

  stage.summary();
  return [toA, toB];
}
