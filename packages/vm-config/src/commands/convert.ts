import { outputLost, pathOf, type Invocation, type Outcome } from '@vm-tools/cli';
import {
  configError,
  formatConfig,
  formatXlConfig,
  readPlacedConfig,
  toLibxlJson,
  type PlacedConfig,
} from '@vm-tools/libdomain';
import { formatImageConfig, IMAGE_KEY, imageReader, type FoundImage } from '@vm-tools/libdomain/image';
import { shownLines } from '@vm-tools/words';
import type { Writable } from 'node:stream';
import type { ConvertInput } from '../options.ts';
import { warningOf, type Warning } from '../report.ts';
import type { Converted } from '../result.ts';

/** In each format, without the last line end. */
const FORMATS: Readonly<Record<NonNullable<ConvertInput['to']>, (given: Given) => string>> = {
  json: ({ config, image }) =>
    (image === undefined ? formatConfig(config) : formatImageConfig(config, image, process.cwd())).trimEnd(),
  xl: ({ config, places, image }) => {
    refuseImage(image);
    return formatXlConfig(config, { places }).trimEnd();
  },
  libxl: ({ config, image }) => {
    refuseImage(image);
    return toLibxlJson(config);
  },
};

type Given = PlacedConfig & { readonly image: FoundImage | undefined };

/** @throws VmToolsError CONFIG_NOT_IN_XL */
function refuseImage(image: FoundImage | undefined): void {
  if (image === undefined) return;
  throw configError('CONFIG_NOT_IN_XL', image.position, 'only JSON has a word for an image', {
    key: IMAGE_KEY,
    hint: 'keep this configuration in JSON; vm-create --dry-run prints what is made of it',
  });
}

export async function convert(invocation: Invocation<ConvertInput>): Promise<Outcome<Converted>> {
  const { input, messages, signal } = invocation;
  const warnings: Warning[] = [];
  const reader = imageReader('/');
  const placed = await readPlacedConfig(pathOf(input.file), {
    filesOnly: true,
    prepare: reader.prepare,
    onWarning: (text, warning) => {
      warnings.push(warningOf(warning));
      messages.warn(text);
    },
    signal,
  });
  const to = input.to ?? (placed.format === 'xl' ? 'json' : 'xl');
  const text = FORMATS[to]({ ...placed, image: reader.found() });
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
