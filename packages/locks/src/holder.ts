/** The holder of a lock, by the lock file. */
export interface Holder {
  /** e.g. "vm-save" */
  readonly command: string;
  readonly pid: number;
  /** ISO 8601 */
  readonly since: string;
}

/** This process, from now on. */
export function holderNow(command: string, now: Date = new Date()): Holder {
  return { command, pid: process.pid, since: now.toISOString() };
}

/** e.g. "vm-save (pid 123) has held it since 10:02:03"; with the day when that is not today. */
export function describeHolder(holder: Holder | undefined, now: Date = new Date()): string {
  if (holder === undefined) return 'another process holds it';
  const since = new Date(holder.since);
  const time = since.toTimeString().slice(0, 8);
  const day = since.toDateString() === now.toDateString() ? '' : `${holder.since.slice(0, 10)} `;
  return `${holder.command} (pid ${holder.pid}) has held it since ${day}${time}`;
}

/** Parses the text of a holder; undefined for anything else, such as a text that was still being written. */
export function parseHolder(text: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { command, pid, since } = (value ?? {}) as Partial<Record<keyof Holder, unknown>>;
  if (typeof command !== 'string' || typeof pid !== 'number' || typeof since !== 'string') return undefined;
  return Number.isNaN(Date.parse(since)) ? undefined : { command, pid, since };
}
