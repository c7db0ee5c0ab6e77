import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { patient } from '@vm-tools/ratelimit/testing';

const xenLib = process.env['VM_TOOLS_XEN_LIBDIR'] ?? '/usr/lib/xen-4.17';
const script = join(xenLib, 'bin', 'verify-stream-v2');
const LIMIT_MS = patient(60_000);

/** What a file is to be read as. */
export type StreamFormat = 'libxc' | 'libxl' | 'xl';

/** Why Xen's own verify-stream-v2 cannot be asked; undefined when it can. */
export function whyNotAsked(): string | undefined {
  return existsSync(script) ? undefined : `${script} of xen-utils-4.17 is not installed`;
}

/** @returns "accepted", or "refused with", its status and what it said */
export async function askVerifyStream(path: string, format: StreamFormat): Promise<string> {
  const env = { ...process.env, PYTHONPATH: join(xenLib, 'lib', 'python') };
  const { promise, resolve } = Promise.withResolvers<string>();
  const words = [script, '-f', format, '-i', path];
  execFile('python3', words, { env, timeout: LIMIT_MS }, (error, _stdout, stderr) =>
    resolve(error === null ? 'accepted' : `refused with ${error.code}: ${stderr}`),
  );
  return promise;
}
