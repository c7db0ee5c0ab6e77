import type { Attack } from '../attack.ts';
import { epochs } from './epochs.ts';
import { foreignFiles } from './foreign-files.ts';
import { foreignWords } from './foreign-words.ts';
import { garbage } from './garbage.ts';
import { halfFrames } from './half-frames.ts';
import { hostileImages } from './hostile-images.ts';
import { hugeOffers } from './huge-offers.ts';
import { replays } from './replays.ts';
import { silent } from './silent.ts';
import { slowHandshake } from './slow-handshake.ts';
import { strangers } from './strangers.ts';
import { takenNames } from './taken-names.ts';
import { trickle } from './trickle.ts';

export const ATTACKS: readonly Attack[] = [
  silent,
  slowHandshake,
  garbage,
  strangers,
  halfFrames,
  hugeOffers,
  foreignWords,
  foreignFiles,
  epochs,
  takenNames,
  replays,
  hostileImages,
  trickle,
];
