/**
 * How a guest answers a wish of the toolstack in control/shutdown.
 *
 * | polite | acknowledges, and does it |
 * | silent | does it, and never acknowledges |
 * | slow   | acknowledges, and does it `ms` later |
 * | late   | does not acknowledge, and does it `ms` after the toolstack has given up and taken its wish back |
 * | rude   | does nothing |
 *
 * The same words say how it drives its devices: a slow one connects them, and lets go of them, `ms` later; a rude one
 * does neither.
 */
export interface Manner {
  readonly manner: 'polite' | 'silent' | 'slow' | 'late' | 'rude';
  /** of slow and late; 0 for the others */
  readonly ms: number;
}
