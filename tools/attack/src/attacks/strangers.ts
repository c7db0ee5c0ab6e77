import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';

export const strangers: Attack = {
  what: 'strangers show a certificate that nobody trusts, or none',
  share: 10,
  run: (scene, index) => call(scene, index % 2 === 0 ? scene.stranger : {}, () => undefined),
};
