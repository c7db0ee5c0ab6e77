import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { attackWith } from './attack.ts';
import type { Order } from './attackers.ts';
import { ATTACKS } from './attacks/index.ts';

// Of this thread alone: 0 is the caller.
setPriority(0, constants.priority.PRIORITY_LOW);
const { attack, prey, count } = workerData as Order;
const made = ATTACKS[attack];
if (made === undefined) throw new Error(`there is no attack ${attack}`);
parentPort?.postMessage(await attackWith(made, prey, count));
