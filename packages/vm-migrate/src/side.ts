const SIDES = { source: 'here', target: 'there' } as const;

/** The word for the host of a side, as seen from this one; both are of one width. */
export function sideWord(side: keyof typeof SIDES): string {
  return SIDES[side].padEnd(SIDES.target.length);
}
