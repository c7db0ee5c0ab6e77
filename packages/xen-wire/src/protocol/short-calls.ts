import type { Xen } from '@vm-tools/xc-native';
import { SHORT_CALL_NAMES, type ShortCallName } from './calls.ts';

/** Answers a short call, whichever it is. */
export type AnswerShort = (name: ShortCallName, args: unknown[]) => Promise<unknown>;

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- its methods come of the table of calls
class Answering {
  constructor(answer: AnswerShort) {
    for (const name of SHORT_CALL_NAMES)
      Object.assign(this, { [name]: (...args: unknown[]) => answer(name, args) });
  }
}

/** All short calls of `Xen`, answered by one function, which gives what the type of each says. */
export const ShortCalls = Answering as new (answer: AnswerShort) => Pick<Xen, ShortCallName>;
