import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { VmToolsError } from '@vm-tools/errors';
import { diskStorage, type Storage } from '../../src/disk/storage.ts';
import { saveToFile } from '../../src/source/save-to-file.ts';
import { restoreFromFile } from '../../src/target/restore-from-file.ts';
import { FakeSource } from '../../src/testing/fake-source.ts';
import { FakeTarget } from '../../src/testing/fake-target.ts';
import { rejection, SOURCE_RUNS, type ErrorCase } from './case.ts';

const SAVING = { side: 'source', phase: 'connecting', guest: SOURCE_RUNS } as const;

/** Saves into a folder of its own, in which this file is already. */
async function saved(file: string, storage: Partial<Storage> = {}): Promise<VmToolsError> {
  const folder = await mkdtemp(join(tmpdir(), 'xfr-errors-'));
  await writeFile(join(folder, 'there'), '');
  const options = { afterwards: 'resume', durable: false, storage: { ...diskStorage, ...storage } } as const;
  try {
    return await rejection(saveToFile(new FakeSource(), join(folder, file), options));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const errno = (code: string): Error => Object.assign(new Error(`${code}: made`), { code });

/** What files can end with. */
export const fileCases: readonly ErrorCase[] = [
  {
    code: 'XFR_READER_GONE',
    when: 'the reader of the image has gone',
    cause: () => {
      const pipe = new Writable({ write: (_chunk, _encoding, done) => done(errno('EPIPE')) });
      return rejection(saveToFile(new FakeSource(), pipe, { afterwards: 'resume' }));
    },
    ...{ kind: 'failure', retry: 'after-fix', side: 'source', phase: 'precopy', guest: SOURCE_RUNS },
  },
  {
    code: 'XFR_FILE_CHANGED',
    when: 'an image is written to while it is read',
    cause: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'xfr-errors-'));
      const path = join(folder, 'web1.img');
      try {
        await saveToFile(new FakeSource(), path, { afterwards: 'destroy', durable: false });
        const target = new FakeTarget({ onOrigin: () => appendFile(path, 'x') });
        return await rejection(restoreFromFile(path, target));
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    ...{ kind: 'corrupt', retry: 'after-fix', side: 'target', phase: 'receiving' },
    guest: 'not restored, its image is untouched',
  },
  {
    code: 'XFR_FILE_EXISTS',
    when: 'an image of that name is there',
    cause: () => saved('there'),
    ...{ kind: 'usage', retry: 'after-fix', ...SAVING },
  },
  {
    code: 'XFR_FILE_TYPE',
    when: 'it is a folder',
    cause: () => saved('.'),
    ...{ kind: 'usage', retry: 'after-fix', ...SAVING },
  },
  {
    code: 'XFR_FILE_MISSING',
    when: 'there is no such folder',
    cause: () => saved('not/there'),
    ...{ kind: 'usage', retry: 'after-fix', ...SAVING },
  },
  {
    code: 'XFR_FILE_DENIED',
    when: 'the folder belongs to another user',
    cause: () => saved('new', { open: () => Promise.reject(errno('EACCES')) }),
    ...{ kind: 'usage', retry: 'after-fix', ...SAVING },
  },
  {
    code: 'XFR_NO_SPACE',
    when: 'there is no room for the guest',
    cause: () => saved('new', { freeBytes: () => Promise.resolve(5) }),
    ...{ kind: 'resource', retry: 'safe', ...SAVING },
  },
  {
    code: 'XFR_FILE_IO',
    when: 'the disk fails half way',
    cause: () =>
      saved('new', {
        open: async (path) => ({
          ...(await diskStorage.open(path)),
          write: () => Promise.reject(errno('EIO')),
        }),
      }),
    ...{ kind: 'failure', retry: 'after-fix', ...SAVING },
    phase: 'precopy',
  },
  {
    code: 'XFR_FILE_MISSING',
    when: 'an image to be restored is not there',
    cause: () => rejection(restoreFromFile('/not/there', new FakeTarget())),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
];
