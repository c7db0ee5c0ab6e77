import { untilListening } from '@vm-tools/cli/testing';
import { within } from '@vm-tools/errors';
import type { Lab } from '@vm-tools/lab';
import { lastTick } from '../last-tick.ts';
import { Stage } from '../stage.ts';
import { stageHost } from './host.ts';

const guest = 'linux-disk';
/** In the folder that both hosts have. */
const disk = `/shared/${guest}.img`;
const moment = { timeoutMs: 120_000 };
const START_LIMIT_MS = 60_000;

/** The life of a guest on two hosts, in the words of the tools. */
export async function play(lab: Lab): Promise<void> {
  const stage = new Stage();
  const [labA, labB] = [lab.host('a'), lab.host('b')];
  const [a, b] = [stageHost(labA), stageHost(labB)];

  stage.say(
    'A Linux guest (PVH, 128 MiB) with a disk on shared storage and a network device is created on host a. It counts on its console.',
  );
  await stage.type(a, `cp /guests/disks/raw.img ${disk}`);
  await stage.type(a, `vm-create /guests/${guest}.cfg "disk=[\\"${disk},raw,xvda,w\\"]"`, 'create');
  await labA.waitForConsole(guest, /^tick 3\b/m, moment);
  await stage.type(a, `vm-info ${guest}`);

  stage.say('It is paused, and goes on.');
  await stage.type(a, `vm-pause ${guest}`, 'pause');
  await stage.type(a, `vm-list ${guest}`);
  await stage.type(a, `vm-unpause ${guest}`, 'unpause');

  stage.say('It is saved to a file and brought back; it does not notice.');
  await stage.type(a, `vm-save ${guest} -o /var/tmp/${guest}.img`, 'save');
  await stage.type(a, `ls -sh /var/tmp/${guest}.img`, 'its image');
  await stage.type(a, `vm-restore /var/tmp/${guest}.img`, 'restore');
  const saved = await lastTick(a, guest);
  await labA.waitForConsole(guest, new RegExp(`^tick ${saved + 2}\\b`, 'm'), moment);
  await stage.showConsole(a, guest, 4);

  stage.say('It moves to host b while it runs, with at most 10 MiB/s.');
  const xfrd = labB.spawn(['xfrd', '--insecure', '--listen', 'tcp://10.99.0.2:8002', '--once']);
  await within(untilListening(xfrd), START_LIMIT_MS, {
    code: 'QUICKSTART_XFRD',
    message: `xfrd does not listen on host b after ${START_LIMIT_MS / 1000} s`,
    hint: `see its logs: ${labB.logs}`,
  });
  await stage.type(a, `vm-migrate ${guest} tcp://b --insecure --bwlimit 10M`, 'migrate live');
  const left = await lastTick(a, guest);
  await labB.waitForConsole(guest, new RegExp(`^tick ${left + 3}\\b`, 'm'), moment);
  await stage.showConsole(b, guest, 4);
  await stage.type(b, 'vm-list');
  await stage.type(b, `vm-destroy ${guest}`);

  stage.summary();
}
