/** Why it does not watch any more, or not at all. */
export interface Ended {
  readonly state: 'ended' | 'another-runs';
}
