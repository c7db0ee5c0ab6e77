import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { patient } from '@vm-tools/ratelimit/testing';

/** Debian's package that has it. */
export const XEN_UTILS = 'xen-utils-4.17';
/** The folder into which `provideVerifyStream` unpacks that package. */
export const unpackedPackage = join(import.meta.dirname, '../../../../.cache/xen-utils');

const installed = process.env['VM_TOOLS_XEN_LIBDIR'] ?? '/usr/lib/xen-4.17';
const script = (xenLib: string): string => join(xenLib, 'bin/verify-stream-v2');

/** Xen's folder of programs. */
function findXenLib(): string | undefined {
  const places = [installed, join(unpackedPackage, 'usr/lib/xen-4.17')];
  return places.find((place) => existsSync(script(place)));
}

const LIMIT_MS = patient(60_000);

/** The format as which a file is read. */
export type StreamFormat = 'libxc' | 'libxl' | 'xl';

/** Why Xen's own verify-stream-v2 cannot be asked; undefined when it can. */
export function whyNotAsked(): string | undefined {
  return findXenLib() === undefined ? `verify-stream-v2 of ${XEN_UTILS} is not here` : undefined;
}

/** @returns "accepted", or "refused with", its status and what it said */
export async function askVerifyStream(path: string, format: StreamFormat): Promise<string> {
  const xenLib = findXenLib() ?? installed;
  const env = { ...process.env, PYTHONPATH: join(xenLib, 'lib', 'python') };
  const { promise, resolve } = Promise.withResolvers<string>();
  const words = [script(xenLib), '-f', format, '-i', path];
  execFile('python3', words, { env, timeout: LIMIT_MS }, (error, _stdout, stderr) =>
    resolve(error === null ? 'accepted' : `refused with ${error.code}: ${stderr}`),
  );
  return promise;
}
