import { outputLost, wrongUse, type Invocation, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { fillFile, type ImageBytes } from '@vm-tools/libxfr/images';
import { formatBytes } from '@vm-tools/ratelimit';
import { RANGES, shown } from '@vm-tools/words';
import {
  PAGE_BYTES,
  PageExtractor,
  type PageBatch,
  type PagePlace,
  type PfnRange,
} from '@vm-tools/xen-stream';
import type { Writable } from 'node:stream';
import { withImage } from '../open-file.ts';
import type { ExtractInput } from '../options.ts';
import type { Extracted } from '../result.ts';

/** What goes to stdout is in memory before: a page may come again until the end of the image. */
const MOST_ON_STDOUT = 64 * 2 ** 20;
const EVERYTHING: PfnRange = { first: RANGES.gfn.min, last: RANGES.gfn.max };
/** As many runs of pages are named in a message. */
const NAMED_RUNS = 4;

type Amount = Pick<Extracted, 'pages' | 'bytes'>;

export async function extract(invocation: Invocation<ExtractInput>): Promise<Outcome<Extracted>> {
  const { input, signal } = invocation;
  const { file, gfn, output = '-', overwrite } = input;
  if (gfn === undefined && input.all !== true)
    throw wrongUse('it is not said which pages', 'name some with --gfn, or take --all');
  if (output !== '-') {
    let extracted: Amount = { pages: 0, bytes: 0 };
    await fillFile(output, { overwrite, signal }, async (place) => {
      extracted = await extractInto(place, invocation);
      return extracted.bytes;
    });
    const { pages, bytes } = extracted;
    const text = shown(`${file}: ${pages} pages, ${formatBytes(bytes)} in ${output}`);
    return { value: { file, output, ...gfn, pages, bytes }, text };
  }
  const bytes = gfn === undefined ? Infinity : (gfn.last - gfn.first + 1) * PAGE_BYTES;
  if (bytes > MOST_ON_STDOUT)
    throw wrongUse(`more than ${formatBytes(MOST_ON_STDOUT)} go only into a file`, 'name it with -o');
  const stdout = invocation.claimStdout('bytes');
  const memory = Buffer.alloc(bytes);
  const { pages } = await extractInto(placeIn(memory), invocation);
  await write(stdout, memory);
  return { value: { file, output, ...gfn, pages, bytes } };
}

async function extractInto(
  place: PagePlace,
  { input, messages, signal }: Invocation<ExtractInput>,
): Promise<Amount> {
  const { file, gfn, sparse } = input;
  let extractor: PageExtractor | undefined;
  const extractorOf = (bytes: ImageBytes): PageExtractor =>
    (extractor ??= new PageExtractor(bytes, place, gfn ?? EVERYTHING));
  const onPages = (batch: PageBatch, bytes: ImageBytes): Promise<void> => extractorOf(bytes).take(batch);
  return withImage(file, { isWhole: false, onPages, messages, signal }, async ({ bytes, image }) => {
    const { end } = await image.check();
    await bytes.finish(end);
    const { pages, end: behindLast } = extractorOf(bytes);
    if (gfn === undefined) return { pages, bytes: behindLast };
    if (sparse !== true) requireAll(file, extractorOf(bytes).missing());
    return { pages, bytes: (gfn.last - gfn.first + 1) * PAGE_BYTES };
  });
}

/** @throws VmToolsError IMAGE_PAGE_ABSENT */
function requireAll(file: string, missing: Iterable<PfnRange>): void {
  const named: string[] = [];
  for (const { first, last } of missing) {
    if (named.length === NAMED_RUNS) {
      named.push('and others');
      break;
    }
    named.push(first === last ? hex(first) : `${hex(first)}-${hex(last)}`);
  }
  if (named.length === 0) return;
  throw new VmToolsError({
    code: 'IMAGE_PAGE_ABSENT',
    kind: 'usage',
    message: `the domain in ${file} does not have all of these pages: ${named.join(', ')}`,
    hint: 'name pages that it has, or take holes in their place with --sparse',
    details: { file, absent: named },
  });
}

function hex(pfn: number): string {
  return `0x${pfn.toString(16)}`;
}

function placeIn(memory: Buffer): PagePlace {
  return {
    write: (bytes, position) => Promise.resolve(void bytes.copy(memory, position)),
    clear: (position, bytes) => Promise.resolve(void memory.fill(0, position, position + bytes)),
  };
}

/** @throws VmToolsError OUTPUT_LOST */
function write(output: Writable, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(bytes, (error) => {
      if (error) reject(outputLost(error));
      else resolve();
    });
  });
}
