import { Readable } from 'node:stream';
import { fromLibxlJson } from '@vm-tools/libdomain';
import { encodeXlHeader, openImage } from '@vm-tools/xen-stream';
import { imageCorpus } from '../corpus/images.ts';
import type { CutImage } from '../corpus/cut-image.ts';
import { verdictOf } from '../expect-error.ts';
import { damaged } from '../mutate/bytes.ts';
import { bottomless, damagedJson } from '../mutate/json.ts';
import { damagedRecord } from '../mutate/record.ts';
import { damagedUnits, joined, type Unit } from '../mutate/units.ts';
import { problemOf } from '../oracle/libxc-format.ts';
import type { Random } from '../random.ts';
import { bytesIn, must, type Input, type Target } from '../target.ts';

const PLACED = /^STREAM_/;
const CODES =
  /^STREAM_(TRUNCATED|CORRUPT|FOREIGN|UNSUPPORTED|TOO_LARGE)$|^IMAGE_(UNSUPPORTED|CONFIG_CORRUPT)$/;

/** A whole image, as vm-restore and a receiver open it: xl header, configuration, libxl stream, libxc stream. */
export async function imageTarget(): Promise<Target> {
  const corpus = await imageCorpus();
  return {
    name: 'image',
    group: 'images',
    weight: 10,
    make: (random) => damagedImage(random, corpus),
    feed(input) {
      const bytes = bytesIn(input);
      const read = async (): Promise<void> => {
        const libxc: Buffer[] = [];
        const stream = Readable.from(
          input.filter(({ length }) => length > 0),
          { objectMode: false },
        );
        const image = await openImage(stream, { expect: expected });
        for await (const chunk of image.libxc) libxc.push(chunk as Buffer);
        await image.finish();
        const problem = problemOf(Buffer.concat(libxc));
        must(problem === undefined, `it was accepted with ${problem}`);
      };
      return verdictOf(read, { codes: CODES, placed: PLACED, bytes });
    },
  };
}

/** An image that is damaged in its headers, its configuration or its records. */
export function damagedImage(random: Random, corpus: readonly CutImage[]): Input {
  const image = random.pick(corpus);
  const { head, libxc, tail } = image;
  if (random.oneIn(4)) return joined([...withOtherConfig(random, image), ...libxc, ...tail]);
  const other = random.pick(corpus);
  if (random.oneIn(2)) {
    const rules = {
      other: other.head,
      damageUnit: (chance: Random, unit: Unit) => damagedHead(chance, unit),
    };
    return joined([...damagedUnits(random, head, rules), ...libxc, ...tail]);
  }
  const rules = { other: other.libxc, damageUnit: damagedRecord };
  return joined([...head, ...damagedUnits(random, [...libxc, ...tail], rules)]);
}

/** Those that no tool saved have a configuration with nothing but their type. */
function expected(json: string): { type: 'pv' | 'pvh'; maxPages: number } {
  const { type, maxMemoryKib } = fromLibxlJson(json);
  return { type, maxPages: maxMemoryKib / 4 + 256 };
}

function damagedHead(random: Random, unit: Unit): Unit {
  return unit.name === 'LIBXC_CONTEXT'
    ? damagedRecord(random, unit)
    : { ...unit, head: damaged(random, unit.head) };
}

/** Another configuration, with lengths that are right. */
function withOtherConfig(random: Random, { head }: CutImage): Unit[] {
  const [, data, ...rest] = head;
  const config: unknown = JSON.parse((data as Unit).head.toString('utf8', 4).replace(/\0.*$/s, ''));
  const json = random.oneIn(200) ? bottomless(random) : damagedJson(random, config);
  return [{ name: 'xl header', head: Buffer.from(encodeXlHeader(json.toString('latin1'))) }, ...rest];
}
