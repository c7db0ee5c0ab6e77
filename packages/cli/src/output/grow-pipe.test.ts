import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { growPipe } from './grow-pipe.ts';

test('a pipe takes 1 MiB at once; a file stays as it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vm-tools-pipe-'));
  try {
    const path = join(folder, 'fifo');
    spawnSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    await growPipe(writer);
    expect(writeSync(writer, Buffer.alloc(2 ** 21))).toBe(2 ** 20);
    for (const fd of [reader, writer]) closeSync(fd);

    writeFileSync(join(folder, 'file'), 'x');
    const file = openSync(join(folder, 'file'), 'r');
    await growPipe(file);
    closeSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
