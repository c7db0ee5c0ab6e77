import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { freePort } from '@vm-tools/lab';
import { EXIT } from '@vm-tools/cli';
import { createDomain, parseConfig } from '@vm-tools/libdomain';
import { qcow2Bytes } from '@vm-tools/libdomain/testing';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import { listTransfers } from '@vm-tools/libxfr/recovery';
import {
  result,
  state,
  testOnTwoHosts,
  ticks,
  waitForTick,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';
import { journalsOf } from '@vm-tools/libhost';
import { DYING } from './kill/dying.ts';
import { startXfrd } from './kill/xfrd.ts';

/** The process that dies, when, and where the guest has to be in the end. */
const DEATHS = [
  ['source', 'after offered', 'a'],
  ['source', 'before committed', 'a'],
  ['source', 'after committed', 'b'],
  ['source', 'after confirmed', 'b'],
  ['target', 'after reserved', 'a'],
  ['target', 'after ready', 'a'],
  ['target', 'before owner', 'a'],
  ['target', 'after owner', 'b'],
  ['target', 'before running', 'b'],
  ['target', 'after running', 'b'],
] as const;

describe('kill -9 at a line of a journal, and a restart', () => {
  for (const [side, at, home] of DEATHS) {
    testOnTwoHosts(`${side} ${at}: one copy, on ${home}`, async (a, b) => {
      const disk = await sharedDisk(a, b);
      const empty = [await traces(a), await traces(b)];
      const uuid = await create(a, 'moves', disk);
      await waitForTicks(a, 'moves', 1);
      const killed = DYING(at);
      const port = await freePort();
      const xfrd = await startXfrd(b, port, side === 'target' ? killed : '');
      const sender = a.exec(
        `${side === 'source' ? killed : ''} exec vm-migrate moves tcp://127.0.0.1:${port} --insecure --json`,
      );

      if (side === 'target') {
        expect(await xfrd.exited).toBe(128 + 9);
        await startXfrd(b, port);
        const { code, stdout } = await sender;
        expect({ stdout, isMoved: code === 0 }).toMatchObject({ isMoved: home === 'b' });
        expect(code).not.toBe(EXIT.uncertain);
      } else {
        expect((await sender).code).toBe(128 + 9);
        await resolveAll(a);
        if (home === 'a') {
          await xfrd.kill('SIGKILL'); // it may wait for GO as long as the lease is
          await xfrd.exited;
          await startXfrd(b, port);
        }
      }

      const [host, other] = home === 'a' ? [a, b] : [b, a];
      expect(running(host)).toEqual([uuid]);
      expect(running(other)).toEqual([]);
      expect(host.simulated.devices.qemus).toMatchObject([{ isStopped: false, images: [disk] }]);
      expect(await traces(other)).toEqual(empty[home === 'a' ? 1 : 0]);
      await waitForTick(host, 'moves', (await ticks(a, 'moves')) + 2);
      expect([...(await undecided(a)), ...(await undecided(b))]).toEqual([]);
      // Its origin stays known: that decides with which kernels it may be restarted.
      const marks = (await traces(host)).nodes.filter((node) => /vm-tools\/(?!origin)/.test(node));
      expect(marks).toEqual([]);
    });
  }
});

/** A qcow2 image in a folder that both hosts have, and from which either takes disks. @returns its path */
async function sharedDisk(a: TestHost, b: TestHost): Promise<string> {
  const path = join(a.folder, 'shared.qcow2');
  await writeFile(path, qcow2Bytes(4096));
  for (const { simulated } of [a, b]) {
    const rules = join(simulated.root, 'etc/vm-tools/places.json');
    const places = JSON.parse(await readFile(rules, 'utf8')) as object;
    await writeFile(rules, JSON.stringify({ ...places, disks: [a.folder] }));
    // libxl leaves it there when the first qemu has gone.
    await simulated.store.mkdir('/local/domain/0/device-model');
  }
  return path;
}

async function create(host: TestHost, name: string, disk: string): Promise<string> {
  const text = `${await readFile(join(host.folder, 'polite.cfg'), 'utf8')}\ndisk=["${disk},qcow2,xvda,w"]\n`;
  const { uuid } = await createDomain(host.simulated, { ...parseConfig(text, 'polite.cfg'), name });
  return uuid;
}

async function resolveAll(host: TestHost): Promise<void> {
  for (const { id } of await result<KnownTransfer[]>(host, 'vm-migrate list'))
    await host.run(`vm-migrate resolve ${id}`);
}

/** The transfers of which it is not settled where the guest lives. */
async function undecided({ simulated }: TestHost): Promise<readonly KnownTransfer[]> {
  const { transfers, damaged } = await listTransfers(journalsOf(simulated));
  expect(damaged).toEqual([]);
  return transfers.filter(({ owner }) => owner === 'undecided');
}

function running({ simulated }: TestHost): string[] {
  const domains = [...simulated.machine.domains.values()].filter(({ domid }) => domid !== 0);
  return domains.map(({ uuid, isRunning }) => (isRunning ? uuid : `${uuid} stands still`));
}

/** All but the journals, which stay, and the sockets of an xfrd that runs. */
async function traces(host: TestHost) {
  const { files, ...rest } = await state(host);
  const isKept = (path: string): boolean =>
    path.startsWith('var/lib/vm-tools/') || /^run\/vm-tools\/(?:xfrd|feed-\d+)\.sock$/.test(path);
  return { ...rest, files: files.filter((path) => !isKept(path)) };
}
