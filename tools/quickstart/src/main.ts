import { makeBundle } from '@vm-tools/bundle';
import { attachLab, startLab } from '@vm-tools/lab';
import { join } from 'node:path';
import { play } from './play.ts';

const name = 'quickstart';
const root = join(import.meta.dirname, '../../..');
const startedAt = performance.now();
const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());

console.log('Making the tools, and two Xen hosts to run them on (the first time this takes some minutes).');
try {
  await makeBundle({ root, folder: join(root, '.cache/bundle') });
  await (await attachLab(name))?.down();
  const lab = await startLab({ name, report: (line) => console.log(`  ${line}`), signal: controller.signal });
  try {
    await play(lab);
  } finally {
    await lab.down();
  }
  console.log(
    `\nAll of it took ${((performance.now() - startedAt) / 1000).toFixed(0)} s. README.md says how to go on.`,
  );
} catch (error) {
  console.error(`\nquickstart: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = controller.signal.aborted ? 130 : 1;
}
