import { tryLock } from '@vm-tools/locks';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding, HealthCheck } from '../health-check.ts';

/** Files of locks whose holders were killed. They hold up no tool: the kernel has released them. */
export const staleLocks: HealthCheck = {
  name: 'stale-locks',
  async look({ host }) {
    const folder = join(host.root, 'run/vm-tools/domains');
    const names = await readdir(folder).catch(() => []);
    const found = await Promise.all(
      names
        .filter((name) => name.endsWith('.lock'))
        .map(async (name): Promise<Finding[]> => {
          const lock = await tryLock(join(folder, name));
          if (lock === undefined) return []; // a living process has it
          const finding = { about: lock.path, message: 'its holder was killed', remedy: 'remove it' };
          return [{ ...finding, fix: async () => lock[Symbol.asyncDispose]() }];
        }),
    );
    return found.flat();
  },
};
