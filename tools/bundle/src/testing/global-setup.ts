import { join } from 'node:path';
import { provideVerifyStream } from '@vm-tools/xen-stream/testing';
import { makeBundle } from '../make-bundle.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/**
 * Bundles the tools once for all tests that run them: a bundled tool starts in half the time, and the tests start some
 * hundreds; and brings the tool of Xen that tests of its formats ask. Who runs a single file has the tools from their
 * sources, which is quicker then.
 */
export default async function setUp({
  testPathPatterns,
}: {
  testPathPatterns: { patterns: string[] };
}): Promise<void> {
  if (testPathPatterns.patterns.length > 0) return;
  const reason = await provideVerifyStream();
  if (reason !== undefined) console.warn(`\nthe tests that ask Xen's own tools are skipped: ${reason}`);
  const folder = join(ROOT, '.cache/test-bundle');
  await makeBundle({ root: ROOT, folder });
  process.env['VM_TOOLS_TEST_BIN'] = join(folder, 'bin');
}
