import { asWait } from '../values/parse-value.ts';
import type { OptionSpec } from '../spec.ts';

/** `--wait` of a tool that does something to a domain; its value comes as `wait`, milliseconds. */
export const WAIT: OptionSpec = {
  flags: '--wait [time]',
  description: 'if another tool works on the domain, wait for it, at most so long (default: 10m)',
  preset: '10m',
  ...asWait,
};

/** The input of a tool that has it. */
export interface WaitInput {
  /** milliseconds */
  readonly wait?: number;
}
