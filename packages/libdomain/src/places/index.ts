export { decodeOrigin, encodeOrigin, readOrigin, rulesFor, type Origin, type RulesOfPeer } from './origin.ts';
export { requireAllowed } from './require-allowed.ts';
export { requireDevicesAllowed } from './require-devices-allowed.ts';
export { requireLoadable, requireStartable } from './require-startable.ts';
export { isSealedHere, seal, withoutSeal } from './seal.ts';
export { readPlaceRules, type PlaceRules, type SomePlaceRules } from './rules.ts';
