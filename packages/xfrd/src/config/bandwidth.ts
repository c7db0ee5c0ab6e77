import { formatSchedule, parseSchedule, type Schedule } from '@vm-tools/ratelimit';

/** Limits on what comes in; each holds besides the others. */
export interface BandwidthSettings {
  /** on all that come, together */
  readonly host: Schedule;
  /** on all that come from one peer */
  readonly peer: Schedule;
  /** on each domain */
  readonly transfer: Schedule;
}

/** The same as `parseSchedule` reads them: infinity is no JSON. */
export type EncodedBandwidth = Readonly<Record<keyof BandwidthSettings, string>>;

export function encodeBandwidth({ host, peer, transfer }: BandwidthSettings): EncodedBandwidth {
  return { host: formatSchedule(host), peer: formatSchedule(peer), transfer: formatSchedule(transfer) };
}

export function decodeBandwidth({ host, peer, transfer }: EncodedBandwidth): BandwidthSettings {
  return { host: parseSchedule(host), peer: parseSchedule(peer), transfer: parseSchedule(transfer) };
}
