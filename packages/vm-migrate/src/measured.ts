import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@vm-tools/errors';
import type { Messages } from '@vm-tools/cli';
import type { TransferFigures } from '@vm-tools/libxfr';
import type { ObservedEvent, TransferLimits } from '@vm-tools/libxfr/types';
import { writeAside } from '@vm-tools/write-file';

/** The figures of earlier transfers to a peer; none before the first. */
interface Figures {
  /** what stopping a domain here and starting it there costs beside the copying of its memory */
  readonly overheadMs?: number;
  /** what goes through without a limit */
  readonly bytesPerS?: number;
}

export interface Measured extends Figures {
  /** @param limits that hold for this transfer now */
  readonly onEvent: (event: ObservedEvent, limits: TransferLimits) => void;
  /** Keeps for the next transfer what this one has measured. It is no reason to fail. */
  save(): Promise<void>;
}

/** The past counts as much as the last transfer: one that was slow by chance is soon forgotten. */
const WEIGHT_OF_LAST = 0.5;
/** Less than that goes into the buffers of the sockets at once, and tells nothing. */
const LEAST_BYTES = 8 * 2 ** 20;

/** Measures a transfer, and knows what earlier ones have measured. */
export async function openMeasured(
  { root, messages }: { readonly root: string; readonly messages: Messages },
  peer: string,
): Promise<Measured> {
  const path = join(root, 'var/lib/vm-tools/measured.json');
  const all = await read(path);
  const before = all[peer] ?? {};
  const at = new Map<string, number>();
  const free = { bytes: 0, ms: 0 };
  let last: TransferFigures | undefined;
  let overheadMs: number | undefined;
  return {
    ...before,
    onEvent(event, limits) {
      if (event.type === 'phase') at.set(event.phase, event.at);
      if (event.type === 'progress') {
        const { status, transferred, totalTime } = event;
        const limit =
          status === 'precopy' ? limits.precopy : status === 'stop-and-copy' ? limits.stopAndCopy : 0;
        if (limit === Infinity && status === last?.status) {
          free.bytes += transferred - last.transferred;
          free.ms += totalTime - last.totalTime;
        }
        last = event;
      }
      if (event.type !== 'completed' || event.summary.downtimeMs === undefined) return;
      const copyingMs = (at.get('finishing') ?? 0) - (at.get('stop-and-copy') ?? 0);
      overheadMs = Math.max(0, event.summary.downtimeMs - copyingMs);
    },
    async save() {
      const bytesPerS = free.bytes < LEAST_BYTES ? undefined : (free.bytes / free.ms) * 1000;
      const now: Figures = {
        ...before,
        ...(overheadMs === undefined ? {} : { overheadMs: mean(before.overheadMs, overheadMs) }),
        ...(bytesPerS === undefined ? {} : { bytesPerS: mean(before.bytesPerS, bytesPerS) }),
      };
      try {
        await writeAside(path, JSON.stringify({ ...all, [peer]: now }), { mode: 0o644, folderMode: 0o755 });
      } catch (thrown) {
        messages.detail(`${path} cannot be written: ${messageOf(thrown)}`);
      }
    },
  };
}

function mean(before: number | undefined, last: number): number {
  return Math.round((before ?? last) * (1 - WEIGHT_OF_LAST) + last * WEIGHT_OF_LAST);
}

/** Nothing depends on it: what cannot be read, or is no number, is measured again. */
async function read(path: string): Promise<Record<string, Figures>> {
  try {
    const known = JSON.parse(await readFile(path, 'utf8')) as Record<string, Record<string, unknown> | null>;
    return Object.fromEntries(Object.entries(known).map(([peer, figures]) => [peer, numbersOf(figures)]));
  } catch {
    return {};
  }
}

function numbersOf(figures: Record<string, unknown> | null): Figures {
  const { overheadMs, bytesPerS } = figures ?? {};
  return {
    ...(typeof overheadMs === 'number' ? { overheadMs } : {}),
    ...(typeof bytesPerS === 'number' ? { bytesPerS } : {}),
  };
}
