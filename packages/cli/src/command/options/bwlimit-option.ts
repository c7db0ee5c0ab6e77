import { asBandwidth } from '../values/parse-value.ts';
import type { OptionSpec } from '../spec.ts';

/** `--bwlimit` of a tool that moves memory; its value comes as `bwlimit`, for `parseSchedule` of ratelimit. */
export const BWLIMIT: OptionSpec = {
  flags: '--bwlimit <rate>',
  description: 'bytes a second at most: 10M, 100Mbit, off; or by the hour: "08:00,50M 20:00,off"',
  ...asBandwidth,
};
