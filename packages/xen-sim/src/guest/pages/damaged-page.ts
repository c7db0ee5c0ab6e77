import { GuestMemory } from '../../memory/index.ts';
import { readStatePage } from './state-page.ts';
import { fillSet, writeSet } from './working-set.ts';

/** Whether this memory holds a guest of ours that has run. */
export function hasBooted(memory: GuestMemory): boolean {
  const page = readStatePage(memory);
  return page !== undefined && 'state' in page;
}

/**
 * The first page of a guest's working set that is not what the guest has written there, by its own account: a copy of
 * its memory that mixes two moments has such pages. Only for a guest whose model never changed, and that stands still
 * or has just been asked for its state.
 *
 * @returns its gfn; undefined when every page is as it should be
 * @throws Error when no booted guest of ours lives in this memory
 */
export function damagedPage(memory: GuestMemory): number | undefined {
  const page = readStatePage(memory);
  if (page === undefined || !('state' in page)) throw new Error('no simulated guest has booted here');
  const { set, model, writes } = page.state;
  const expected = new GuestMemory();
  expected.populate(set.firstGfn, set.pages);
  fillSet(expected, set, model);
  writeSet(expected, set, model, 0, writes);
  const [found, wanted] = [Buffer.alloc(4096), Buffer.alloc(4096)];
  for (let gfn = set.firstGfn; gfn < set.firstGfn + set.pages; gfn += 1) {
    memory.readPage(gfn, found);
    expected.readPage(gfn, wanted);
    if (!found.equals(wanted)) return gfn;
  }
  return undefined;
}
