import { makeBundle } from '@vm-tools/bundle';
import { attachLab, startLab } from '@vm-tools/lab';
import { join } from 'node:path';
import { play } from './play.ts';

const name = 'quickstart';
const root = join(import.meta.dirname, '../../../..');

/** Boots two Xen hosts in QEMU, and ends them again. */
export async function runOnXen(signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  console.log('Making the tools, and two Xen hosts to run them on (the first time this takes some minutes).');
  await makeBundle({ root, folder: join(root, '.cache/bundle') });
  await (await attachLab(name))?.down();
  const lab = await startLab({ name, report: (line) => console.log(`  ${line}`), signal });
  try {
    await play(lab);
  } finally {
    await lab.down();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`\nAll of it took ${seconds.toFixed(0)} s. README.md says how to go on.`);
}
