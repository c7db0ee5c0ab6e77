import { pathOf, wrongUse, type Invocation, type Outcome } from '@vm-tools/cli';
import {
  commonCpu,
  describeCpu,
  readCpuDocument,
  type CpuDocument,
  type NamedCpu,
} from '@vm-tools/libdomain';
import { beyondLines, cpuLines } from '../cpu-text.ts';
import type { CpuInput } from '../options.ts';

export async function cpu(invocation: Invocation<CpuInput>): Promise<Outcome<CpuDocument>> {
  const { file: files = [], type } = invocation.input;
  const [first, ...others] = files;
  if (first !== undefined) {
    if (type !== undefined)
      throw wrongUse('--type is for this host: the files say of which guests they are', 'leave --type out');
    return compare([first, ...others], invocation);
  }
  const document = await describeCpu(await invocation.openHost(), type ?? 'pvh');
  const { xen = '' } = document;
  const title = `what ${document.type} guests on Xen ${xen} are told of the processors`;
  return { isReport: true, value: document, text: [title, ...cpuLines(document)].join('\n') };
}

async function compare(
  [first, ...others]: readonly [string, ...string[]],
  { messages, signal }: Invocation<CpuInput>,
): Promise<Outcome<CpuDocument>> {
  const read = async (file: string): Promise<NamedCpu> => ({
    file,
    document: await readCpuDocument(pathOf(file), { signal }),
  });
  const hosts: [NamedCpu, ...NamedCpu[]] = [await read(first)];
  for (const file of others) hosts.push(await read(file));
  const { common, beyond } = commonCpu(hosts);
  const more = beyondLines(beyond);
  // The result for programs is a document, in which there is no place for that.
  if (messages.json) for (const line of more) messages.note(line);
  const title = `what ${common.type} guests can be told on all of ${hosts.length} hosts`;
  return { isReport: true, value: common, text: [title, ...cpuLines(common), '', ...more].join('\n') };
}
