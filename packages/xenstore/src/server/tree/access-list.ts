import { Refusal } from './refusal.ts';

/** Bits of XS_PERM_. */
export const READ = 1;
export const WRITE = 2;
export const OWNER = 8;
const EVERYTHING = READ | WRITE | OWNER;

export interface AccessEntry {
  readonly domid: number;
  /** READ and WRITE; what the first entry has is for all domains that no other entry names */
  readonly access: number;
  /** It was meant for a domain that is gone, or was not there yet; another domain of this domid gains nothing. */
  readonly isStale: boolean;
}

/** The rights of domains on a node; the first entry names its owner. */
export type AccessList = readonly [owner: AccessEntry, ...others: AccessEntry[]];

export const DOM0_ONLY: AccessList = [{ domid: 0, access: 0, isStale: false }];

const LETTERS = ['n', 'r', 'w', 'b'];

export function accessOf(domid: number, [owner, ...others]: AccessList): number {
  if (domid === 0 || domid === owner.domid) return EVERYTHING;
  return (others.find((entry) => entry.domid === domid && !entry.isStale) ?? owner).access;
}

/**
 * From the wire: "n0", "r5".
 * @throws Refusal EINVAL
 */
export function parseAccessList(texts: readonly string[]): AccessList {
  const [owner, ...others] = texts.map((text) => {
    const access = LETTERS.indexOf(text.charAt(0));
    if (access < 0 || !/^.\d{1,9}$/.test(text)) throw new Refusal('EINVAL');
    return { domid: Number(text.slice(1)), access, isStale: false };
  });
  if (owner === undefined) throw new Refusal('EINVAL');
  return [owner, ...others];
}

export function formatAccessList(list: AccessList): string[] {
  return list.map(({ domid, access }) => `${LETTERS[access] ?? ''}${domid}`);
}

/** A list after a domain has gone: dom0 gets what it owned. */
export function withoutDomain([owner, ...others]: AccessList, domid: number): AccessList {
  return [
    owner.domid === domid ? { ...owner, domid: 0 } : owner,
    ...others.filter((entry) => entry.domid !== domid),
  ];
}
