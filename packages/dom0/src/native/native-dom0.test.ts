import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { dom0Compliance } from '../testing/compliance.ts';
import { NativeGround } from '../testing/native-ground.ts';

describe('this machine', () => dom0Compliance(() => NativeGround.make()));

test('a qemu that cannot be started', async () => {
  await using ground = await NativeGround.make();
  const start = { ...ground.qemu(7, join(ground.folder, 'qmp')), program: join(ground.folder, 'qemu-none') };
  await expect(ground.dom0.startQemu(start)).rejects.toMatchObject({
    code: 'DOM0_QEMU_MISSING',
    kind: 'usage',
    details: { program: start.program },
  });
});

test('what a qemu says is in its log, and it does not end with this process', async () => {
  await using ground = await NativeGround.make();
  const start = ground.qemu(7, join(ground.folder, 'qmp'));
  const qemu = { ...(await ground.dom0.startQemu(start)), domid: 7 };
  // In a session of its own no signal of a terminal reaches it.
  const [, , , , , session] = (await readFile(`/proc/${qemu.pid}/stat`, 'utf8')).split(' ');
  expect(session).toBe(`${qemu.pid}`);
  while ((await readFile(start.logPath, 'utf8')) === '') await ground.dom0.lookAt(start.logPath);
  expect(await readFile(start.logPath, 'utf8')).toBe('a small qemu\n');
  await ground.dom0.endQemu(qemu, 'orderly');
});
