import type { Host } from '../host.ts';
import { domainPath } from '../paths.ts';

/** Nodes of a domain that are written together, and how they were. */
export interface WrittenNodes {
  write(): Promise<void>;
  /** Nothing happens when they have not been written. */
  takeBack(): Promise<void>;
}

/**
 * Writes nodes in one transaction, unless the domain is not in xenstore any more: a plain write would make its tree
 * anew, and no tool would ever remove it.
 *
 * @param entries by path; undefined: left alone
 * @param check within the transaction, before anything is written
 */
export function writeNodes(
  { store }: Pick<Host, 'store'>,
  domid: number,
  entries: Readonly<Record<string, string | undefined>>,
  check: (tx: Parameters<Parameters<Host['store']['transaction']>[0]>[0]) => Promise<void> = () =>
    Promise.resolve(),
): WrittenNodes {
  const wanted = Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined);
  let before: readonly (readonly [path: string, value: string | undefined])[] = [];
  return {
    async write() {
      before = await store.transaction(async (tx) => {
        if ((await tx.read(domainPath(domid))) === undefined) return [];
        await check(tx);
        const found = await Promise.all(wanted.map(async ([path]) => [path, await tx.read(path)] as const));
        for (const [path, value] of wanted) await tx.write(path, value);
        return found;
      });
    },
    async takeBack() {
      if (before.length === 0) return;
      await store.transaction(async (tx) => {
        if ((await tx.read(domainPath(domid))) === undefined) return;
        for (const [path, value] of before) {
          if (value === undefined) await tx.rm(path);
          else await tx.write(path, value);
        }
      });
    },
  };
}
