import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';

export const silent: Attack = {
  what: 'strangers call and say nothing',
  share: 30,
  atOnce: 300,
  run: (prey) => call(prey, undefined, () => undefined),
};
