import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { VmToolsError, messageOf } from '@vm-tools/errors';
import { compile } from './compile.ts';

const PACKAGE = 'libxen-dev';
const INSTALL_LIMIT_MS = 300_000;

/**
 * Sees to it that Xen's headers are there.
 * @throws VmToolsError ABI_NO_HEADERS, naming the package
 */
export async function ensureHeaders(): Promise<void> {
  if (await haveHeaders()) return;
  if (process.getuid?.() !== 0) throw noHeaders('they are not installed, and only root can install them');
  try {
    const options = { timeout: INSTALL_LIMIT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    // A new machine knows no packages before the first update.
    for (const words of [
      ['update', '-q'],
      ['install', '-y', '-q', '--no-install-recommends', PACKAGE],
    ])
      await promisify(execFile)('apt-get', words, options);
  } catch (error) {
    throw noHeaders(`apt-get failed: ${messageOf(error).trim()}`);
  }
  if (!(await haveHeaders())) throw noHeaders('they do not compile');
}

async function haveHeaders(): Promise<boolean> {
  return (await compile('#include <xenctrl.h>\n#include <xenguest.h>\n')).succeeded;
}

function noHeaders(why: string): VmToolsError {
  return new VmToolsError({
    code: 'ABI_NO_HEADERS',
    message: `Xen's C headers are needed, but ${why}`,
    hint: `apt-get install ${PACKAGE}`,
  });
}
