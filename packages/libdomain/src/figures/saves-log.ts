import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { readLogEnd } from '../files/log-end.ts';
import { savesLogPath } from '../paths.ts';

/** A save that was done, as the log has it. */
interface Save {
  /** as Date writes it */
  readonly at: string;
  readonly uuid: string;
  readonly name: string;
  /** "-" where it went into a pipe */
  readonly file: string;
}

/**
 * Notes in `var/log/vm-tools/saves.log` that a domain was saved, for the figures of the host and for people: a line of
 * JSON with time, UUID, name and file.
 */
export async function noteSave(
  host: Pick<Host, 'root'>,
  { uuid, name }: Pick<Domain, 'uuid' | 'name'>,
  file: string,
): Promise<void> {
  const path = savesLogPath(host);
  const save: Save = { at: new Date().toISOString(), uuid, name, file };
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await appendFile(path, `${JSON.stringify(save)}\n`, { mode: 0o600 });
}

/** When domains were last saved here, seconds since 1970, by their UUIDs. */
export async function lastSaves(host: Pick<Host, 'root'>): Promise<ReadonlyMap<string, number>> {
  const log = await readLogEnd(savesLogPath(host)).catch(() => undefined); // the other figures are there
  return new Map((log ?? '').split('\n').flatMap(readLine));
}

/** A line that is cut off or that somebody has changed tells nothing. */
function readLine(line: string): [string, number][] {
  try {
    const { at, uuid } = JSON.parse(line) as Partial<Save>;
    const ms = Date.parse(String(at));
    return typeof uuid === 'string' && Number.isFinite(ms) ? [[uuid, Math.floor(ms / 1000)]] : [];
  } catch {
    return [];
  }
}
