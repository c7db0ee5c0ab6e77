import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Something that an agent or the fence device has done to the guest, or to a node of it. */
export interface Deed {
  /** ms since 1970 */
  readonly at: number;
  readonly what: 'start' | 'stop' | 'migrate_from' | 'fence';
  readonly node: number;
}

const RESULT =
  /^(\w+ \d+) (\d\d:\d\d:\d\d\.\d+) n(\d+) .*Result of (\w+) operation for web1 on n\3: (ok|not running)/;
/** A guest that is not there has been removed: by the word that the other end of its move was fenced, for instance. */
const DEEDS: Readonly<Record<string, Deed['what']>> = {
  'start ok': 'start',
  'stop ok': 'stop',
  'migrate_from ok': 'migrate_from',
  'probe not running': 'stop',
  'monitor not running': 'stop',
};

/** What the agents have told to Pacemaker, with its time, out of the logs of all nodes. */
export async function readDeeds(folder: string): Promise<Deed[]> {
  const deeds: Deed[] = [];
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.pacemaker')) continue;
    for (const line of (await readFile(join(folder, file), 'utf8')).split('\n')) {
      const [, day, time, node, action, result] = RESULT.exec(line) ?? [];
      const what = DEEDS[`${action} ${result}`];
      if (what === undefined) continue;
      const at = Date.parse(`${day} ${new Date().getFullYear()} ${time}`);
      deeds.push({ at, what, node: Number(node) });
    }
  }
  return deeds;
}

/**
 * The third of three witnesses against a second copy: between two starts of the guest it was stopped where it was, or
 * its node was fenced.
 *
 * @returns the nodes that have started it, in their order
 * @throws Error when it was started twice
 */
export function startsOf(deeds: readonly Deed[]): number[] {
  const starts: number[] = [];
  let holder: number | undefined;
  for (const { what, node } of deeds.toSorted((one, other) => one.at - other.at)) {
    if (what === 'start' && holder !== undefined)
      throw new Error(`two copies: n${node} has started the guest, and n${holder} had it`);
    if (what === 'start') starts.push(node);
    if (what === 'start' || what === 'migrate_from') holder = node;
    else if (node === holder) holder = undefined;
  }
  return starts;
}
