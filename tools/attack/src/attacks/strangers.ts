import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';

export const strangers: Attack = {
  what: 'strangers show an untrusted certificate, or none',
  share: 10,
  run: (prey, index) => call(prey, index % 2 === 0 ? prey.stranger : {}, () => undefined),
};
