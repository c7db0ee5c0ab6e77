import type { Random } from '../random.ts';
import { flipBits, randomBytes, rearranged, setField } from './bytes.ts';

/** A part of a stream that means something: a header, a record, a frame. */
export interface Unit {
  readonly name: string;
  readonly head: Buffer;
  /** The rest: pages of a guest. It is passed on as it is, in whole or in part. */
  readonly tail?: Buffer | undefined;
}

/** Damages one unit in a way that knows more of its format than where its bytes are. */
export type DamageUnit = (random: Random, unit: Unit) => Unit;

interface Rules {
  /** Another stream of the kind, for parts that do not belong here. */
  readonly other: readonly Unit[];
  readonly damageUnit: DamageUnit;
}

/** Damages a stream in one to four places: within its units, or their order. */
export function damagedUnits(random: Random, original: readonly Unit[], rules: Rules): Unit[] {
  let units = [...original];
  for (let count = 1 + random.below(4); count > 0 && units.length > 0; count -= 1) {
    const at = random.below(units.length);
    if (random.oneIn(3)) units = reordered(random, units, at, rules.other);
    else units[at] = damagedUnit(random, units[at] as Unit, rules.damageUnit);
  }
  return units;
}

export function joined(units: readonly Unit[]): Buffer[] {
  return units.flatMap(({ head, tail }) => (tail === undefined ? [head] : [head, tail]));
}

function reordered(random: Random, units: Unit[], at: number, other: readonly Unit[]): Unit[] {
  const unit = units[at] as Unit;
  const elsewhere = random.below(units.length);
  switch (random.below(7)) {
    case 0:
      return units.slice(0, at); // it ends there
    case 1:
      return units.toSpliced(at, 1);
    case 2:
      return units.toSpliced(at, 0, unit);
    case 3:
      return units.toSpliced(at, 1).toSpliced(elsewhere, 0, unit);
    case 4:
      return units.with(at, units[elsewhere] as Unit).with(elsewhere, unit);
    case 5:
      return units.toSpliced(at, 0, random.pick(other));
    default:
      return [...units.slice(0, at), ...other.slice(random.below(other.length))];
  }
}

function damagedUnit(random: Random, unit: Unit, damageUnit: DamageUnit): Unit {
  if (random.oneIn(2)) return damageUnit(random, unit);
  const head = Buffer.from(unit.head);
  switch (random.below(6)) {
    case 0:
      flipBits(random, head);
      return { ...unit, head };
    case 1:
      return { ...unit, head: rearranged(random, head) };
    case 2: // torn within its pages, or without them
      return { ...unit, tail: unit.tail?.subarray(0, random.below(unit.tail.length)) };
    case 3:
      return { ...unit, tail: randomBytes(random, 4 * random.below(16)) };
    default:
      if (head.length > 0) setField(random, head, 4 * random.below(Math.ceil(head.length / 4)));
      return { ...unit, head };
  }
}
