import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createReadStream } from 'node:fs';
import { PassThrough, Writable, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { diskStorage, type Storage } from '../disk/storage.ts';
import { createLimiter, type Limiter } from '@vm-tools/ratelimit';
import { createPartial, removeDeadPartials } from '../file/partial-file.ts';
import { bytesIn } from '../protocol/pieces.ts';
import { restoreFromFile } from '../target/restore-from-file.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget } from '../testing/fake-target.ts';
import { imageDigest } from '../testing/image-bytes.ts';
import { saveToFile } from './save-to-file.ts';

const DIGEST = imageDigest(20, 50_000);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const fails = (code: string) => (): never => {
  throw Object.assign(new Error(`${code}: it failed`), { code });
};

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfr-'));
  path = join(folder, 'web1.img');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A disk on which a write, a sync or a close fails. */
function failing(step: 'write' | 'sync' | 'close', code: string, behind = 600_000): Storage {
  return {
    ...diskStorage,
    async open(name) {
      const file = await diskStorage.open(name);
      let written = 0;
      return {
        ...file,
        ...(step === 'write'
          ? {
              write: async (pieces, position) => {
                if ((written += bytesIn(pieces)) > behind) fails(code)();
                await file.write(pieces, position);
              },
            }
          : {
              [step]: async () => {
                await file[step]();
                fails(code)();
              },
            }),
      };
    },
  };
}

describe('saveToFile', () => {
  test('writes a private file, then destroys the guest', async () => {
    const source = new FakeSource();
    const summary = await saveToFile(source, path, { afterwards: 'destroy' });
    expect(source.calls).toEqual(['describe', 'save', 'destroy']);
    expect(sha256(await readFile(path))).toBe(DIGEST);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['web1.img']);
    expect(summary).toMatchObject({ transferred: 1_000_000, iterations: 2, downtimeMs: undefined });
  });

  test('lets the guest run on, as soon as it is written', async () => {
    const source = new FakeSource();
    const sequence: string[] = [];
    const storage: Storage = {
      ...diskStorage,
      open: async (name) => ({
        ...(await diskStorage.open(name)),
        sync: async () => void sequence.push(source.state),
      }),
    };
    const summary = await saveToFile(source, path, { afterwards: 'resume', storage });
    expect(source.calls).toEqual(['describe', 'save', 'resume']);
    expect(sequence).toEqual(['running']);
    expect(summary.downtimeMs).toBeGreaterThan(0);
    expect(sha256(await readFile(path))).toBe(DIGEST);
  });

  test('lets a source that can have the file written by another process, unless it is to be paced', async () => {
    const sink = async (limiter?: Limiter): Promise<unknown> => {
      const source = new FakeSource({ usesPlace: true });
      const places: unknown[] = [];
      const save = source.save.bind(source);
      source.save = (to, control) => {
        places.push(control.place?.path);
        return save(to, control);
      };
      const summary = await saveToFile(source, path, { afterwards: 'destroy', overwrite: true, limiter });
      expect(summary.transferred).toBe(1_000_000);
      expect(sha256(await readFile(path))).toBe(DIGEST);
      return places[0];
    };
    expect(await sink()).toMatch(/^\/proc\//);
    expect(await sink(createLimiter({ rate: Infinity }))).toBeUndefined();
  });

  test.each([0, 5, 15])('an abort at chunk %p of another process: the guest runs, no file', async (at) => {
    const abort = new AbortController();
    const source = new FakeSource({
      usesPlace: true,
      onChunk: (index) => (index === at ? abort.abort() : undefined),
    });
    const saved = saveToFile(source, path, { afterwards: 'destroy', signal: abort.signal });
    await expect(saved).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'aborted-safe' });
    expect([source.state, await readdir(folder)]).toEqual(['running', []]);
  });

  test('compressed, which any reader of zstd expands', async () => {
    const source = new FakeSource({ usesPlace: true });
    const summary = await saveToFile(source, path, { afterwards: 'destroy', compression: {} });
    const packed = await readFile(path);
    const plain = zstdDecompressSync(packed);
    expect([sha256(plain), source.state]).toEqual([DIGEST, 'destroyed']);
    expect(summary.transferred).toBe(packed.length);
    expect(summary).toMatchObject({ zeroBytes: 0, sparedBytes: expect.any(Number) });
  });

  test("compressed into the caller's stream, which is paced by what goes into it", async () => {
    const sink = new PassThrough();
    const packed = buffer(sink);
    let taken = 0;
    const limiter: Limiter = {
      rate: 2 ** 40,
      burst: 2 ** 20,
      setRate: () => undefined,
      take: async (bytes) => void (taken += bytes),
    };
    await saveToFile(new FakeSource(), sink, { afterwards: 'destroy', compression: { level: 3 }, limiter });
    expect(sha256(zstdDecompressSync(await packed))).toBe(DIGEST);
    expect(taken).toBe((await packed).length);
  });

  test.each(['ENOSPC', 'EIO'])(
    'compressed, a write that fails with %s: the guest runs, no file',
    async (code) => {
      const source = new FakeSource();
      const storage = failing('write', code, 10_000);
      const saved = saveToFile(source, path, { afterwards: 'destroy', compression: {}, storage });
      await expect(saved).rejects.toMatchObject({ code: code === 'EIO' ? 'XFR_FILE_IO' : 'XFR_NO_SPACE' });
      expect([source.state, await readdir(folder)]).toEqual(['running', []]);
    },
  );

  test("into the caller's stream", async () => {
    const hash = createHash('sha256');
    const source = new FakeSource();
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        hash.update(chunk);
        done();
      },
    });
    await saveToFile(source, sink, { afterwards: 'destroy' });
    expect([hash.digest('hex'), source.state]).toEqual([DIGEST, 'destroyed']);
  });

  test('a stream that breaks leaves the guest running', async () => {
    const source = new FakeSource();
    const sink = new Writable({ write: (_chunk, _encoding, done) => done(new Error('write EPIPE')) });
    await expect(saveToFile(source, sink, { afterwards: 'destroy' })).rejects.toMatchObject({
      guest: { state: 'still running on the source' },
    });
    expect(source.state).toBe('running');
  });

  test.each([
    ['EPIPE', 'XFR_READER_GONE', 'failure'],
    ['ENOSPC', 'XFR_NO_SPACE', 'resource'],
  ] as const)(
    'a stream that breaks with %s while nothing is written ends the save',
    async (code, told, kind) => {
      const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
      const source = new FakeSource({
        // The guest does not answer: the save waits for it, and writes nothing meanwhile.
        onChunk: async (index, _phase, signal) => {
          if (index !== 5) return;
          sink.destroy(Object.assign(new Error(`write ${code}`), { code }));
          await once(signal, 'abort');
          throw signal.reason;
        },
      });
      await expect(saveToFile(source, sink, { afterwards: 'destroy' })).rejects.toMatchObject({
        ...{ code: told, kind },
        guest: { state: 'still running on the source' },
      });
      expect(source.state).toBe('running');
    },
  );

  test('a stream that has failed before takes nothing, and the guest runs', async () => {
    const sink = new Writable();
    await once(sink.destroy(), 'close');
    const source = new FakeSource();
    await expect(saveToFile(source, sink, { afterwards: 'destroy' })).rejects.toMatchObject({
      code: 'XFR_READER_GONE',
      guest: { state: 'still running on the source' },
    });
    expect(source.state).toBe('running');
  });

  test('does not replace a file unless told to, and then at once', async () => {
    await writeFile(path, 'precious');
    const source = new FakeSource();
    await expect(saveToFile(source, path, { afterwards: 'destroy' })).rejects.toMatchObject({
      code: 'XFR_FILE_EXISTS',
      kind: 'usage',
    });
    expect([source.calls, await readFile(path, 'utf8')]).toEqual([['describe'], 'precious']);
    await saveToFile(source, path, { afterwards: 'destroy', overwrite: true });
    expect(sha256(await readFile(path))).toBe(DIGEST);
  });

  test('does not replace a file that another process has made meanwhile', async () => {
    const source = new FakeSource({
      onChunk: (index) => (index === 9 ? writeFile(path, 'first') : undefined),
    });
    await expect(saveToFile(source, path, { afterwards: 'destroy' })).rejects.toMatchObject({
      code: 'XFR_FILE_EXISTS',
      guest: { state: 'still running on the source' },
    });
    expect([source.state, await readFile(path, 'utf8')]).toEqual(['running', 'first']);
    expect(await readdir(folder)).toEqual(['web1.img']);
  });

  test.each(['folder', 'link'] as const)('does not put a file in the place of a %s', async (what) => {
    await (what === 'folder' ? mkdir(path) : symlink('/nowhere', path));
    const saved = saveToFile(new FakeSource(), path, { afterwards: 'destroy', overwrite: true });
    await expect(saved).rejects.toMatchObject({ code: 'XFR_FILE_TYPE', kind: 'usage' });
  });

  test('takes away what killed writers have left, and nothing else', async () => {
    const living = await createPartial(folder);
    const dead = join(folder, '.partial-image-0123456789ab');
    const others = ['.partial-image-0123', 'partial-image-0123456789ab', '.web1.img.partial'];
    for (const name of ['.partial-image-0123456789ab', ...others]) await writeFile(join(folder, name), 'x');
    await saveToFile(new FakeSource(), path, { afterwards: 'destroy' });
    const left = [...others, 'web1.img', basename(living.path)].sort();
    expect((await readdir(folder)).sort()).toEqual(left);
    await writeFile(dead, 'x');
    expect(await removeDeadPartials(folder)).toEqual([dead]);
    await living.remove();
    expect(await readdir(folder)).not.toContain(basename(living.path));
  });

  test('has a name for what is not complete even where that of the image is as long as can be', async () => {
    const long = join(folder, 'x'.repeat(255));
    await saveToFile(new FakeSource(), long, { afterwards: 'destroy' });
    expect(await readdir(folder)).toEqual([basename(long)]);
  });

  test('a folder that is not there is named', async () => {
    const source = new FakeSource();
    const saved = saveToFile(source, join(folder, 'no', 'web1.img'), { afterwards: 'destroy' });
    await expect(saved).rejects.toMatchObject({ code: 'XFR_FILE_MISSING', kind: 'usage' });
    expect(source.calls).toEqual(['describe']);
  });

  test('too little space is seen before the guest is touched', async () => {
    const source = new FakeSource();
    const storage = { ...diskStorage, freeBytes: async () => 999_999 };
    await expect(saveToFile(source, path, { afterwards: 'destroy', storage })).rejects.toMatchObject({
      code: 'XFR_NO_SPACE',
      kind: 'resource',
      details: { neededBytes: 1_000_000, freeBytes: 999_999 },
    });
    expect([source.calls, await readdir(folder)]).toEqual([['describe'], []]);
  });

  test.each([
    ['write', 'ENOSPC', 'XFR_NO_SPACE', 'resource'],
    ['write', 'EDQUOT', 'XFR_NO_SPACE', 'resource'],
    ['write', 'EIO', 'XFR_FILE_IO', 'failure'],
    ['sync', 'EIO', 'XFR_FILE_IO', 'failure'],
    ['close', 'ENOSPC', 'XFR_NO_SPACE', 'resource'],
  ] as const)('%s fails with %s: %s, the guest runs, no file is left', async (step, errno, code, kind) => {
    for (const afterwards of ['destroy', 'resume'] as const) {
      const source = new FakeSource();
      const saved = saveToFile(source, path, { afterwards, storage: failing(step, errno) });
      await expect(saved).rejects.toMatchObject({
        code,
        kind,
        guest: { state: 'still running on the source' },
      });
      expect([source.state, await readdir(folder)]).toEqual(['running', []]);
    }
  });

  test.each([0, 5, 15])('an abort at chunk %p leaves the guest running and no file', async (at) => {
    const abort = new AbortController();
    const source = new FakeSource({ onChunk: (index) => (index === at ? abort.abort() : undefined) });
    const saved = saveToFile(source, path, { afterwards: 'destroy', signal: abort.signal });
    await expect(saved).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'aborted-safe' });
    expect([source.state, await readdir(folder)]).toEqual(['running', []]);
  });

  test('a save that fails keeps its own error', async () => {
    const source = new FakeSource({
      onChunk: (index) => {
        if (index === 11)
          throw new VmToolsError({ code: 'DOMAIN_SUSPEND_TIMEOUT', message: 'it did not suspend' });
      },
    });
    await expect(saveToFile(source, path, { afterwards: 'destroy' })).rejects.toMatchObject({
      code: 'DOMAIN_SUSPEND_TIMEOUT',
      guest: { name: 'web1', state: 'still running on the source' },
    });
    expect([source.calls, await readdir(folder)]).toEqual([['describe', 'save'], []]);
  });

  test('a guest that cannot be resumed is in memory and in the file', async () => {
    const source = new FakeSource({ onResume: fails('EINVAL') });
    await expect(saveToFile(source, path, { afterwards: 'resume' })).rejects.toMatchObject({
      code: 'XFR_RESUME_FAILED',
      guest: { state: 'suspended on the source' },
    });
    expect(sha256(await readFile(path))).toBe(DIGEST);
  });

  test('a guest that cannot be destroyed is a warning', async () => {
    const source = new FakeSource({ onDestroy: fails('EBUSY') });
    const summary = await saveToFile(source, path, { afterwards: 'destroy' });
    expect(summary.warnings).toMatchObject([{ code: 'XFR_W_LEFTOVER' }]);
    expect(await readdir(folder)).toEqual(['web1.img']);
  });
});

describe('restoreFromFile', () => {
  const saved = () => saveToFile(new FakeSource(), path, { afterwards: 'destroy' });

  test('says what it has lost', async () => {
    await saved();
    const { warnings } = await restoreFromFile(path, new FakeTarget({ warnings: ['its pinning'] }));
    const hint = expect.stringContaining('vm-set');
    expect(warnings).toEqual([{ code: 'XFR_W_LOST', message: 'its pinning', hint }]);
  });

  test('brings the guest back, reserving nothing', async () => {
    await saved();
    const target = new FakeTarget();
    const summary = await restoreFromFile(path, target);
    expect(target.calls).toEqual(['restore', 'start']);
    expect([target.state, target.sha256]).toEqual(['running', DIGEST]);
    expect(summary).toMatchObject({ transferred: 1_000_000, total: 1_000_000, domid: 7 });
  });

  test('lets a target that can have the file read by another process', async () => {
    await saved();
    let seen = 0;
    const target = new FakeTarget({ onOrigin: async (origin) => void (seen = await origin.size()) });
    const summary = await restoreFromFile(path, target);
    expect([seen, target.sha256]).toEqual([1_000_000, DIGEST]);
    expect(summary).toMatchObject({ transferred: 1_000_000, domid: 7 });
  });

  test('but not where others can change it, nor where it is to be paced', async () => {
    await saved();
    const target = new FakeTarget({ onOrigin: fails('EINVAL') });
    await restoreFromFile(path, target, { limiter: createLimiter({ rate: Infinity }) });
    await chmod(path, 0o660);
    await restoreFromFile(path, target);
    expect(target.state).toBe('running');
  });

  test('takes one that is compressed, from a file or a stream', async () => {
    await saveToFile(new FakeSource(), path, { afterwards: 'destroy', compression: {} });
    const [file, stream] = [new FakeTarget({ onOrigin: fails('EINVAL') }), new FakeTarget()];
    const { transferred } = await restoreFromFile(path, file);
    await restoreFromFile(createReadStream(path, { highWaterMark: 3 }), stream);
    expect([file.sha256, stream.sha256]).toEqual([DIGEST, DIGEST]);
    expect(transferred).toBe((await stat(path)).size);
  });

  test('a target that takes the stream in place of the pieces gets the same, in memory of its own', async () => {
    /** Keeps all, as a program may do with what comes from a stream. */
    class KeepingTarget extends FakeTarget {
      readonly kept: Buffer[] = [];
      override async restore(stream: Readable): Promise<void> {
        for await (const chunk of stream as AsyncIterable<Buffer>) this.kept.push(chunk);
      }
    }
    for (const compression of [undefined, {}]) {
      const source = new FakeSource({ chunks: 200 });
      await saveToFile(source, path, { afterwards: 'resume', overwrite: true, compression });
      const target = new KeepingTarget();
      await restoreFromFile(path, target);
      const all = Buffer.concat(target.kept);
      expect([all.length, createHash('sha256').update(all).digest('hex')]).toEqual([
        source.bytes,
        imageDigest(source.chunks, source.bytes / source.chunks),
      ]);
    }
  });

  test('one that is compressed and damaged is not started', async () => {
    await saveToFile(new FakeSource(), path, { afterwards: 'destroy', compression: {} });
    await truncate(path, 50_000);
    const target = new FakeTarget();
    await expect(restoreFromFile(path, target)).rejects.toMatchObject({
      code: 'ZSTD_CORRUPT',
      kind: 'corrupt',
      guest: { state: 'not restored, its image is untouched' },
    });
    expect(target.state).toBe('abandoned');
  });

  test('what has been changed while it was read is not started', async () => {
    await saved();
    const target = new FakeTarget({ onOrigin: () => appendFile(path, 'x') });
    await expect(restoreFromFile(path, target)).rejects.toMatchObject({
      code: 'XFR_FILE_CHANGED',
      kind: 'corrupt',
      guest: { state: 'not restored, its image is untouched' },
    });
    expect(target.state).toBe('abandoned');
  });

  test('leaves it paused when told to, and does not read more than the target wants', async () => {
    await saved();
    const target = new FakeTarget({ readsBytes: 100 });
    const summary = await restoreFromFile(path, target, { paused: true });
    expect([target.state, summary.domid]).toEqual(['paused', undefined]);
  });

  test.each([
    ['a missing file', 'XFR_FILE_MISSING', (): string => join(folder, 'nothing')],
    ['a folder', 'XFR_FILE_TYPE', (): string => folder],
  ])('%s is %s, and the target is not touched', async (_what, code, name) => {
    const target = new FakeTarget();
    await expect(restoreFromFile(name(), target)).rejects.toMatchObject({ code, kind: 'usage' });
    expect(target.calls).toEqual([]);
  });

  test('a file that may not be read is named', async () => {
    await writeFile(path, '');
    await chmod(path, 0);
    if (process.getuid?.() === 0) return; // root may read it
    await expect(restoreFromFile(path, new FakeTarget())).rejects.toMatchObject({ code: 'XFR_FILE_DENIED' });
  });

  test.each(['onChunk', 'onRestored', 'onStart'] as const)(
    'a target that fails in %s abandons',
    async (hook) => {
      await saved();
      const target = new FakeTarget({ [hook]: fails('EINVAL') });
      await expect(restoreFromFile(path, target)).rejects.toMatchObject({
        message: 'EINVAL: it failed',
        guest: { state: 'not restored, its image is untouched' },
      });
      expect(target.state).toBe('abandoned');
      expect(sha256(await readFile(path))).toBe(DIGEST);
    },
  );

  test('what cannot be abandoned is told beside the failure', async () => {
    await saved();
    const target = new FakeTarget({ onRestored: fails('EINVAL'), onAbandon: fails('EBUSY') });
    await expect(restoreFromFile(path, target)).rejects.toMatchObject({
      message: 'EINVAL: it failed',
      leftovers: ['the unfinished guest could not be removed: EBUSY: it failed'],
    });
  });

  test.each(['onChunk', 'onRestored'] as const)('an abort in %s abandons', async (hook) => {
    await saved();
    const abort = new AbortController();
    const target = new FakeTarget({ [hook]: () => abort.abort() });
    const restored = restoreFromFile(path, target, { signal: abort.signal });
    await expect(restored).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' });
    expect(target.state).toBe('abandoned');
  });
});
