import {
  forEachDomain,
  type DomainOutcome,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { formatConfig, fromLibxlJson } from '@vm-tools/libdomain';
import type { ImageBytes } from '@vm-tools/libxfr/images';
import { ZeroPages, type PageBatch } from '@vm-tools/xen-stream';
import { describeImage } from '../describe-image.ts';
import { reportOf, type ImageReport } from '../image-report.ts';
import { withImage } from '../open-file.ts';
import type { InfoInput } from '../options.ts';
import type { ConfigDocument } from '../result.ts';

/** One file after the other: each may be as large as the memory of this host. */
export async function info(
  invocation: Invocation<InfoInput>,
): Promise<Outcome<OneOrList<ImageReport | ConfigDocument>>> {
  const { input } = invocation;
  const look = input.config === true ? configIn : reportOn;
  const act = (file: string): Promise<DomainOutcome<ImageReport | ConfigDocument>> => look(file, invocation);
  return forEachDomain(invocation, input.file, act, {
    atOnce: 1,
    isReport: true,
  });
}

async function configIn(
  file: string,
  { messages, signal }: Invocation<InfoInput>,
): Promise<DomainOutcome<ConfigDocument>> {
  return withImage(file, { isWhole: false, messages, signal }, async ({ image }) => {
    const text = formatConfig(fromLibxlJson(image.configJson)).trimEnd();
    return Promise.resolve({ value: JSON.parse(text) as ConfigDocument, text });
  });
}

async function reportOn(
  file: string,
  { input, messages, signal }: Invocation<InfoInput>,
): Promise<DomainOutcome<ImageReport>> {
  let zeros: ZeroPages | undefined;
  const isWhole = input.pages === true;
  const options = {
    isWhole,
    ...(isWhole && {
      onPages: (batch: PageBatch, bytes: ImageBytes) => (zeros ??= new ZeroPages(bytes)).take(batch),
    }),
    messages,
    signal,
  };
  const report = await withImage(file, options, async ({ bytes, image, domain }): Promise<ImageReport> => {
    const about = { file, domain, image, bytes };
    try {
      const { end } = await image.check();
      const isFollowed = await bytes.finish(end);
      return reportOf({ ...about, end, isFollowed, ...(isWhole && { zeroPages: zeros?.count ?? 0 }) });
    } catch (thrown) {
      if (!(thrown instanceof VmToolsError) || thrown.kind !== 'corrupt') throw thrown;
      return reportOf({ ...about, error: thrown });
    }
  });
  const { error } = report;
  const text = await describeImage(report);
  return { value: report, text, ...(error === undefined ? {} : { failure: error.kind }) };
}
