import { expect, test } from '@jest/globals';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianChangelog } from './changelog.ts';
import { packageVersion } from './version.ts';

test('a version comes from package.json, its time from CHANGELOG.md, also without git', async () => {
  const root = await mkdtemp(join(tmpdir(), 'version-'));
  try {
    await writeFile(join(root, 'package.json'), '{"version":"0.2.0-rc.1"}');
    await writeFile(join(root, 'CHANGELOG.md'), '# Changes\n');
    const changedAt = new Date('2026-01-02T03:04:05Z');
    await utimes(join(root, 'CHANGELOG.md'), changedAt, changedAt);
    const version = await packageVersion(root, 3);
    expect(version).toEqual({ debian: '0.2.0~rc.1-3', changedAt });
    expect(debianChangelog(version, 'us <us@here>')).toMatch(
      /^vm-tools \(0\.2\.0~rc\.1-3\) unstable; [^]*\n -- us <us@here>  Fri, 02 Jan 2026 03:04:05 \+0000\n$/,
    );
  } finally {
    await rm(root, { recursive: true });
  }
});

test('of a checkout it is the last commit of that file', async () => {
  const root = join(import.meta.dirname, '../../..');
  const { debian, changedAt } = await packageVersion(root, 1);
  expect(debian).toMatch(/^\d+\.\d+\.\d+(~\S+)?-1$/);
  expect(changedAt.getTime()).toBeLessThanOrEqual(Date.now());
});
