import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { deviceCounters } from './device-counters.ts';

const NET_DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  5000      50    0    0    0     0          0         0     5000      50    0    0    0     0       0          0
vif7.0:     100       1    0    0    0     0          0         0      200       2    0    0    0     0       0          0
 web-b: 18446744073709      3    0    0    0     0          0         0      400       4    0    0    0     0       0          0
vif9.0:     7       1    0    0    0     0          0         0      7       2    0    0    0     0       0          0
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'counters-'));
});
afterEach(async () => rm(root, { recursive: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), text);
}

const backend = (path: string): string => `sys/bus/xen-backend/devices/${path}`;

async function disk(name: string, counts: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(counts)) await write(backend(`${name}/statistics/${file}`), text);
}

test('a machine without devices of guests', async () => {
  expect(await deviceCounters(root)).toEqual({ networks: [], disks: [] });
  await write('proc/net/dev', NET_DEV);
  expect(await deviceCounters(root)).toEqual({ networks: [], disks: [] });
});

test('network devices as their guests see them, renamed ones too', async () => {
  await write('proc/net/dev', NET_DEV);
  await write(backend('vif-7-0/net/vif7.0/mtu'), '1500');
  await write(backend('vif-7-1/net/web-b/mtu'), '1500');
  await write(backend('vif-8-0/state'), '2'); // has no device yet
  const { networks } = await deviceCounters(root);
  expect([...networks].sort((one, other) => one.id - other.id)).toEqual([
    { domid: 7, id: 0, receivedBytes: 200, sentBytes: 100 },
    { domid: 7, id: 1, receivedBytes: 400, sentBytes: 18446744073709 },
  ]);
});

test('disks of the kernel, many of them', async () => {
  const counts = { rd_req: '1\n', wr_req: '2\n', rd_sect: '30\n', wr_sect: '40\n', f_req: '9\n' };
  for (let domid = 1; domid <= 70; domid++) await disk(`vbd-${domid}-51712`, counts);
  const { disks } = await deviceCounters(root);
  expect(disks).toHaveLength(70);
  expect(disks).toContainEqual({
    domid: 70,
    id: 51712,
    reads: 1,
    writes: 2,
    readSectors: 30,
    writtenSectors: 40,
  });
});

test('what cannot be read is left out', async () => {
  await disk('vbd-1-51712', { rd_req: '1\n' });
  await disk('vbd-2-51712', { rd_req: '-1\n', wr_req: 'x', rd_sect: '', wr_sect: '1\n' });
  await write(backend('pci-0-0/irq'), '1');
  await write('proc/net/dev', 'vif7.0: nonsense\n:\n');
  await write(backend('vif-7-0/state'), '4');
  expect(await deviceCounters(root)).toEqual({ networks: [], disks: [] });
});
