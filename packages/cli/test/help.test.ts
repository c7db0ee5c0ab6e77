import { beforeAll, describe, expect, test } from '@jest/globals';
import { glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { textWidth } from '../src/command/text-width.ts';
import { parseCommand } from '../src/command/parse-command.ts';
import type { CliSpec, CommandSpec } from '../src/command/spec.ts';

const PACKAGES = join(import.meta.dirname, '../..');

/** Every executable with its commands, and each of these by itself. */
let specs: readonly CliSpec<never>[];

beforeAll(async () => {
  const found: CliSpec<never>[] = [];
  for await (const bin of glob('*/bin/*.js', { cwd: PACKAGES }))
    found.push(...(await specsOf(join(PACKAGES, dirname(dirname(bin))), basename(bin, '.js'))));
  specs = found;
});

async function specsOf(folder: string, name: string): Promise<CliSpec<never>[]> {
  const declared: CommandSpec[] = [];
  for await (const file of glob('src/*options.ts', { cwd: folder })) {
    const exports = Object.values((await import(join(folder, file))) as Record<string, unknown>);
    declared.push(...exports.filter(isCommand));
  }
  const run = async () => ({ value: null });
  const commands = declared.filter((each) => each.name !== name).map((each) => ({ ...each, run }));
  const main = declared.find((each) => each.name === name)!;
  return [
    { ...main, run, ...(commands.length === 0 ? {} : { commands }) },
    ...commands.map((each) => ({ ...each, name: `${name} ${each.name}` })),
  ];
}

function isCommand(value: unknown): value is CommandSpec {
  return typeof value === 'object' && value !== null && 'summary' in value;
}

const helpOf = (spec: CliSpec<never>, width?: number): string =>
  (parseCommand(spec, ['--help'], '', width) as { text: string }).text;

describe('the help of every executable and command', () => {
  test('fits into 80 columns where the terminal does not say how wide it is', () => {
    expect(specs.length).toBeGreaterThan(25);
    const tooWide = specs.flatMap((spec) =>
      helpOf(spec, textWidth({}, {}))
        .split('\n')
        .filter((line) => line.length > 80)
        .map((line) => `${spec.name}: ${line}`),
    );
    expect(tooWide).toEqual([]);
  });

  test.each([50, 60, 100, 120])('fits into %i columns but for words that are longer', (width) => {
    for (const spec of specs) {
      const examples = spec.examples.map(({ command }) => command);
      for (const line of helpOf(spec, width).split('\n')) {
        if (line.length <= width || examples.includes(line.trim())) continue;
        // A command to type stays on one line.
        expect({ name: spec.name, line }).toEqual({
          name: spec.name,
          line: expect.stringMatching(/^ +\S+$|^ {2}-\S+ (<|\[|--)|"faults"|"guests"/),
        });
      }
    }
  });

  test('says the same however wide it is', () => {
    const words = (text: string): string => text.replace(/\s+/g, ' ');
    for (const spec of specs) expect(words(helpOf(spec, 50))).toBe(words(helpOf(spec, 120)));
  });
});

test.each([
  [{ columns: 100 }, {}, 100],
  [{ columns: 0 }, {}, 80],
  [{}, {}, 80],
  [{}, { COLUMNS: '100' }, 100],
  [{ columns: 70 }, { COLUMNS: '100' }, 70],
  [{}, { COLUMNS: 'many' }, 80],
  [{}, { COLUMNS: '-5' }, 80],
  [{ columns: 10 }, {}, 48],
  [{ columns: 400 }, {}, 120],
])('a terminal of %j with %j has room for %i columns', (stream, environment, width) => {
  expect(textWidth(stream, environment)).toBe(width);
});
