import { formatFields, table } from '@vm-tools/cli';
import { formatBytes } from '@vm-tools/ratelimit';
import type { ImageReport } from './image-report.ts';

/** For people: facts, then the records by kind. */
export async function describeImage(report: ImageReport): Promise<string> {
  const { file, name, uuid, type, vcpus, memoryKib, maxMemoryKib, isFollowed, error, records } = report;
  const facts = formatFields([
    ['file', file],
    ['name', name ?? '-'],
    ['uuid', uuid],
    ['type', type],
    ['memory', `${formatBytes(memoryKib * 1024)}, at most ${formatBytes(maxMemoryKib * 1024)}`],
    ['vcpus', String(vcpus)],
    ['format', describeFormat(report)],
    ['saved on', report.xenVersion && `Xen ${report.xenVersion}`],
    ['size', describeSize(report)],
    ['pages', describePages(report)],
    ['whole', error === undefined ? 'yes' : `no: ${error.message} [${error.code}]`],
    ['hint', error?.hint],
    ['behind it', isFollowed ? 'bytes that are no part of it' : undefined],
  ]);
  const rows = Object.entries(records);
  if (rows.length === 0) return facts;
  const kinds = await table(rows, [
    { heading: 'Record', text: ([kind]) => kind },
    { heading: 'Count', text: ([, count]) => String(count), align: 'right' },
  ]);
  return `${facts}\n\n${kinds}`;
}

function describeFormat({ streamVersion, compression }: ImageReport): string {
  const version = streamVersion === undefined ? '' : `, libxc stream of version ${streamVersion}`;
  if (compression === undefined) return `xl${version}`;
  return `xl${version}, compressed by zstd${compression === 'zstd-frames' ? ' in frames' : ''}`;
}

function describeSize({ compression, storedBytes, imageBytes }: ImageReport): string {
  if (compression === undefined || imageBytes === undefined) return formatBytes(storedBytes);
  return `${formatBytes(storedBytes)}, expanded ${formatBytes(imageBytes)}`;
}

function describePages({ pages, duplicatePages, populatedPages, zeroPages }: ImageReport): string {
  const again = duplicatePages === 0 ? '' : `, ${duplicatePages} of them again`;
  const zeros = zeroPages === undefined ? '' : `, ${zeroPages} are zeros`;
  return `${pages} with contents${again}; the domain has ${populatedPages}${zeros}`;
}
