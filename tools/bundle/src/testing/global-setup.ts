import { join } from 'node:path';
import { makeBundle } from '../make-bundle.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/**
 * Bundles the tools once for all tests that run them: a bundled tool starts in half the time, and the tests start some
 * hundreds. Who runs a single file has them from their sources, which is quicker then.
 */
export default async function setUp({
  testPathPatterns,
}: {
  testPathPatterns: { patterns: string[] };
}): Promise<void> {
  if (testPathPatterns.patterns.length > 0) return;
  const folder = join(ROOT, '.cache/test-bundle');
  await makeBundle({ root: ROOT, folder });
  process.env['VM_TOOLS_TEST_BIN'] = join(folder, 'bin');
}
