import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Socket } from 'node:net';
import { setImmediate as settled } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../clock/manual-clock.ts';
import { createLimiter } from '../limiter/create-limiter.ts';
import { worstExcess } from '../testing/budget.ts';
import { pump } from './pump.ts';

const IMAGE = randomBytes(3_000_001);
let folder = '';
let pipes = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pump-'));
  writeFileSync(join(folder, 'image'), IMAGE);
});
afterAll(() => rmSync(folder, { recursive: true }));

const image = (): number => openSync(join(folder, 'image'), 'r');
const copy = (): number => openSync(join(folder, 'copy'), 'w');

/** Both ends of a new pipe. */
function pipe(): { readonly readEnd: number; readonly writeEnd: number } {
  const path = join(folder, `pipe-${(pipes += 1)}`);
  execFileSync('mkfifo', [path]);
  return {
    readEnd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
    writeEnd: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK),
  };
}

describe('a pump', () => {
  let fds: number[] = [];
  beforeEach(() => {
    fds = [image(), copy()];
  });
  const closeFiles = (): void => fds.forEach((fd) => closeSync(fd));

  test('moves a file from where it stands, shows all bytes, and leaves both descriptors open', async () => {
    const [source, sink] = fds as [number, number];
    writeSync(sink, 'header');
    const shown: Buffer[] = [];
    const moved = await pump(source, sink, { onBytes: (bytes) => shown.push(Buffer.from(bytes)) });
    writeSync(sink, 'trailer');
    closeFiles();
    expect(moved).toBe(IMAGE.length);
    expect(Buffer.concat(shown).equals(IMAGE)).toBe(true);
    const copied = readFileSync(join(folder, 'copy'));
    expect(copied.equals(Buffer.concat([Buffer.from('header'), IMAGE, Buffer.from('trailer')]))).toBe(true);
  });

  test('moves pipes, whose other end may be slow, and closes them', async () => {
    const [source, sink] = fds as [number, number];
    const { readEnd, writeEnd } = pipe();
    const moves = await Promise.all([pump(source, writeEnd), pump(readEnd, sink)]);
    closeFiles();
    expect(moves).toEqual([IMAGE.length, IMAGE.length]);
    expect(readFileSync(join(folder, 'copy')).equals(IMAGE)).toBe(true);
    for (const fd of [readEnd, writeEnd]) expect(() => closeSync(fd)).toThrow('EBADF');
  });

  test('moves from pipe to pipe', async () => {
    const [a, b] = [pipe(), pipe()];
    const [source] = fds as [number];
    const received = buffer(new Socket({ fd: b.readEnd, readable: true, writable: false }));
    await Promise.all([pump(source, a.writeEnd), pump(a.readEnd, b.writeEnd)]);
    expect((await received).equals(IMAGE)).toBe(true);
    closeFiles();
  });

  test('keeps to the limit, and takes a new rate at once', async () => {
    const clock = new ManualClock();
    const limiter = createLimiter({ rate: 500_000, clock });
    const passed: { at: number; bytes: number }[] = [];
    const [source, sink] = fds as [number, number];
    let isOver = false;
    const done = pump(source, sink, {
      limiter,
      onBytes: ({ length }) => passed.push({ at: clock.now(), bytes: length }),
    }).finally(() => (isOver = true));
    const total = (): number => passed.reduce((sum, { bytes }) => sum + bytes, 0);
    while (total() < 2_000_000) {
      await settled(); // reads and writes of files take real time
      await clock.advance(clock.untilNext ?? 0);
    }
    expect(clock.now()).toBeGreaterThanOrEqual((total() / 500_000) * 1000);
    expect(worstExcess(passed, [{ at: 0, rate: 500_000 }], limiter.burst)).toBeLessThanOrEqual(1e-3);
    limiter.setRate(Infinity);
    expect(await done).toBe(IMAGE.length);
    expect([isOver, clock.pending]).toEqual([true, 0]);
    closeFiles();
  });

  test.each(['source', 'sink', 'limiter'])('an abort ends its waiting for the %s', async (slow) => {
    const [silent, full] = [pipe(), pipe()];
    const [source, sink] = fds as [number, number];
    const clock = new ManualClock();
    const abort = new AbortController();
    const done = pump(slow === 'source' ? silent.readEnd : source, slow === 'sink' ? full.writeEnd : sink, {
      signal: abort.signal,
      limiter: createLimiter({ rate: slow === 'limiter' ? 1 : Infinity, clock }),
    });
    for (let turns = 0; turns < 50; turns += 1) await settled();
    abort.abort();
    await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await settled();
    expect(clock.pending).toBe(0);
    await expect(pump(source, sink, { signal: abort.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const open = [silent.writeEnd, full.readEnd];
    if (slow !== 'source') open.push(silent.readEnd);
    if (slow !== 'sink') open.push(full.writeEnd);
    for (const fd of open) closeSync(fd);
    closeFiles();
  });

  test('says which end has failed', async () => {
    const [source, sink] = fds as [number, number];
    const { readEnd, writeEnd } = pipe();
    closeSync(readEnd);
    const broken = { code: 'PUMP_WRITE', kind: 'failure', details: { errno: 'EPIPE' } };
    await expect(pump(source, writeEnd)).rejects.toMatchObject(broken);
    expect(() => closeSync(writeEnd)).toThrow('EBADF');

    const full = openSync('/dev/full', 'w');
    const noSpace = { code: 'PUMP_WRITE', kind: 'resource', details: { errno: 'ENOSPC' } };
    await expect(pump(source, full)).rejects.toMatchObject(noSpace);
    closeSync(full);

    const unreadable = { code: 'PUMP_READ', details: { errno: 'EBADF' } };
    await expect(pump(sink, sink)).rejects.toMatchObject(unreadable);
    closeFiles();
    await expect(pump(source, sink)).rejects.toMatchObject(unreadable);
  });
});
