import { readdir } from 'node:fs/promises';
import { layout } from './local/layout.ts';
import { canInstall, missingPackages } from './local/prerequisites.ts';

export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Whether hosts can be started on this machine; the reason is one line for the report of skipped tests. */
export async function labAvailability(): Promise<Availability> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {
      ok: false,
      reason: `the lab needs Linux on x86-64, this is ${process.platform} on ${process.arch}`,
    };
  }
  if (await canInstall()) return { ok: true };
  const missing = await missingPackages('run');
  if (missing.length > 0)
    return { ok: false, reason: `missing: ${missing.join(', ')} (root would install them)` };
  const images = await readdir(layout.images).catch(() => []);
  if (images.length > 0) return { ok: true };
  return {
    ok: false,
    reason: 'there is no image yet, and only root can build it: run `npm run lab -- build` as root',
  };
}
