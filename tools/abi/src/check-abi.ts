import { VmToolsError } from '@vm-tools/errors';
import { generateCheck } from './generate-check.ts';
import type { AbiTables } from './generate-check.ts';
import { compile } from './compile.ts';
import type { Headers } from './compile.ts';

/**
 * @param tables what is believed of a version of Xen
 * @param headers those of its release
 * @returns what differs from the headers, one line each; empty when all is right
 * @throws VmToolsError ABI_CHECK_FAILED when the check itself does not compile
 */
export async function checkAbi(tables: AbiTables, headers: Headers): Promise<readonly string[]> {
  const { succeeded, messages } = await compile(generateCheck(tables), headers);
  if (succeeded) return [];
  const differences = [...messages.matchAll(/static assertion failed: "(.*)"$/gm)].map(
    ([, text]) => text ?? '',
  );
  const errors = messages.match(/: error: /g)?.length ?? 0;
  if (errors !== differences.length) {
    throw new VmToolsError({
      code: 'ABI_CHECK_FAILED',
      message: `a table names what the headers do not have:\n${messages}`,
    });
  }
  return differences;
}
