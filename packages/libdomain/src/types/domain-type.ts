/** Domain types that can be built. For each there is a profile, which says what follows from it. */
export const DOMAIN_TYPES = ['pv', 'pvh'] as const;

export type DomainType = (typeof DOMAIN_TYPES)[number];

/** Whether a word of another toolstack or host is a type that can be built here. */
export function isDomainType(word: string | undefined): word is DomainType {
  return DOMAIN_TYPES.some((type) => type === word);
}

/** One value for each type. */
export function forEachType<T>(valueOf: (type: DomainType) => T): Readonly<Record<DomainType, T>> {
  return Object.fromEntries(DOMAIN_TYPES.map((type) => [type, valueOf(type)])) as Record<DomainType, T>;
}
