import { join } from 'node:path';
import { provideVerifyStream } from '@vm-tools/xen-stream/testing';
import { makeBundle } from '../make-bundle.ts';
import { makeRunFolder } from './run-folder.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/**
 * Gives the run a folder of its own for temporary files, bundles the tools once for all tests that run them, and brings
 * the tool of Xen that tests of its formats ask: a bundled tool starts in half the time, and the tests start some
 * hundreds. A developer who runs a single file has the tools from their sources, which is quicker then.
 */
export default async function setUp({
  testPathPatterns,
}: {
  testPathPatterns: { patterns: string[] };
}): Promise<void> {
  await makeRunFolder();
  if (testPathPatterns.patterns.length > 0) return;
  const reason = await provideVerifyStream();
  if (reason !== undefined) console.warn(`\nthe tests that ask Xen's own tools are skipped: ${reason}`);
  const folder = join(ROOT, '.cache/test-bundle');
  await makeBundle({ root: ROOT, folder });
  process.env['VM_TOOLS_TEST_BIN'] = join(folder, 'bin');
}
