import { imageFromStdin, showProgress, type Invocation, type Outcome } from '@vm-tools/cli';
import { expectedOfImage, readImageDomain } from '@vm-tools/libdomain';
import { copyImage } from '@vm-tools/libxfr/images';
import { createLimiter, followSchedule, formatBytes, parseSchedule } from '@vm-tools/ratelimit';
import { checkImageFile } from '@vm-tools/xen-stream';
import { shown } from '@vm-tools/words';
import type { ConvertInput } from '../options.ts';
import type { Converted } from '../result.ts';

export async function convert(invocation: Invocation<ConvertInput>): Promise<Outcome<Converted>> {
  const { input, messages, signal } = invocation;
  const { file, output, compress, overwrite } = input;
  const limiter = createLimiter({ rate: Infinity });
  using _followed = followSchedule(limiter, parseSchedule(input.bwlimit ?? 'off'));
  const from = file === '-' ? imageFromStdin() : file;
  const to = output === '-' ? invocation.claimStdout('bytes') : output;
  using progress = showProgress(messages);
  const expect = (json: string) => expectedOfImage(readImageDomain(json));
  const summary = await copyImage(from, to, {
    check: async (image) => (await checkImageFile(image, { expect, signal })).end,
    compress,
    overwrite,
    limiter,
    signal,
    onEvent: progress.onEvent,
  });
  if (summary.isFollowed) messages.warn(`${file}: what follows the image in it was left out`);
  const { transferred, imageBytes, isCompressed } = summary;
  const form = isCompressed ? 'compressed' : 'expanded';
  const size = `${formatBytes(imageBytes)}, ${form} ${formatBytes(transferred)}`;
  return { value: { file, output, ...summary }, text: shown(`${file}: ${size} in ${output}`) };
}
