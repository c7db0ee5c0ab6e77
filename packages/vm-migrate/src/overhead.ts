import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '@vm-tools/errors';
import type { Messages } from '@vm-tools/cli';
import type { TransferEvent } from '@vm-tools/libxfr';

/** What stopping a domain here and starting it there costs beside the copying of its memory. */
export interface Overhead {
  /** as the last transfers to this peer have measured it; undefined before the first */
  readonly expectedMs: number | undefined;
  readonly onEvent: (event: TransferEvent) => void;
  /** Keeps for the next transfer what this one has measured. It is no reason to fail. */
  save(): Promise<void>;
}

/** The past counts as much as the last transfer: one that was slow by chance is soon forgotten. */
const WEIGHT_OF_LAST = 0.5;

export async function openOverhead(
  { root, messages }: { readonly root: string; readonly messages: Messages },
  peer: string,
): Promise<Overhead> {
  const path = join(root, 'var/lib/vm-tools/downtime.json');
  const known = await read(path);
  const expectedMs = known[peer];
  const at = new Map<string, number>();
  let measuredMs: number | undefined;
  return {
    expectedMs,
    onEvent: (event) => {
      if (event.type === 'phase') at.set(event.phase, event.at);
      if (event.type !== 'completed' || event.summary.downtimeMs === undefined) return;
      const copyingMs = (at.get('finishing') ?? 0) - (at.get('stop-and-copy') ?? 0);
      measuredMs = Math.max(0, event.summary.downtimeMs - copyingMs);
    },
    async save() {
      if (measuredMs === undefined) return;
      const before = expectedMs ?? measuredMs;
      const ms = Math.round(before + (measuredMs - before) * WEIGHT_OF_LAST);
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(`${path}.new`, JSON.stringify({ ...known, [peer]: ms }));
        await rename(`${path}.new`, path);
      } catch (thrown) {
        messages.detail(`${path} cannot be written: ${messageOf(thrown)}`);
      }
    },
  };
}

/** Nothing depends on it: what cannot be read, or is no number, is measured again. */
async function read(path: string): Promise<Record<string, number>> {
  try {
    const known = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(known).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    );
  } catch {
    return {};
  }
}
