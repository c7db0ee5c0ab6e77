import { outputLost, pathOf, type Invocation, type Outcome } from '@vm-tools/cli';
import {
  formatConfig,
  formatXlConfig,
  readPlacedConfig,
  toLibxlJson,
  type PlacedConfig,
} from '@vm-tools/libdomain';
import { shownLines } from '@vm-tools/words';
import type { Writable } from 'node:stream';
import type { ConvertInput } from '../options.ts';
import { warningOf, type Warning } from '../report.ts';
import type { Converted } from '../result.ts';

/** In each format, without the last line end. */
const FORMATS: Readonly<Record<NonNullable<ConvertInput['to']>, (placed: PlacedConfig) => string>> = {
  json: ({ config }) => formatConfig(config).trimEnd(),
  xl: ({ config, places }) => formatXlConfig(config, { places }).trimEnd(),
  libxl: ({ config }) => toLibxlJson(config),
};

export async function convert(invocation: Invocation<ConvertInput>): Promise<Outcome<Converted>> {
  const { input, messages, signal } = invocation;
  const warnings: Warning[] = [];
  const placed = await readPlacedConfig(pathOf(input.file), {
    filesOnly: true,
    onWarning: (text, warning) => {
      warnings.push(warningOf(warning));
      messages.warn(text);
    },
    signal,
  });
  const to = input.to ?? (placed.format === 'xl' ? 'json' : 'xl');
  const text = FORMATS[to](placed);
  const value = { from: placed.format, to, text, warnings };
  // A terminal is not shown what it would act on; a file gets what it must have.
  if (messages.json || process.stdout.isTTY || text === shownLines(text))
    return { isReport: true, value, text };
  await write(invocation.claimStdout('text'), `${text}\n`);
  return { isReport: true, value };
}

/** @throws VmToolsError OUTPUT_LOST */
function write(output: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => {
      if (error) reject(outputLost(error));
      else resolve();
    });
  });
}
