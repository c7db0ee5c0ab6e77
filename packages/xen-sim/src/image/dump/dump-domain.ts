import { encodeCoreHead, encodeCoreTail, VCPU_CONTEXT_BYTES, type CoreFacts } from '@vm-tools/xen-stream';
import type { DumpCall } from '@vm-tools/xc-native';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import { PAGE_BYTES } from '../../memory/index.ts';
import { CallLog } from '../call-log.ts';
import { Conversation, handled } from '../conversation.ts';
import type { ImageCallOptions } from '../image-call-options.ts';
import { ImageStream } from '../save/image-stream.ts';
import { StreamWriter } from '../save/stream-writer.ts';
import { turn } from '../turn.ts';

const CALL = 'xc_domain_dumpcore_via_callback';
/** Pages that are in the air at once. */
const PIECE_PAGES = 64;

/**
 * Writes a core of a domain as xc_domain_dumpcore_via_callback does. The registers of its vCPUs are zeros, and a PV
 * guest's machine frames have the numbers of its own.
 */
export function dumpDomain(machine: Machine, domid: number, options: ImageCallOptions = {}): DumpCall {
  const stream = new ImageStream();
  const conversation = new Conversation(`dumping domain ${domid}`, options.signal);
  conversation.cut.addEventListener('abort', () => stream.cut());
  const log = new CallLog(CALL, domid, options.onLog);
  const work = async (): Promise<void> => {
    const failAfter = await options.begin?.(conversation.stopOf(stream));
    await turn();
    conversation.checkpoint(CALL);
    const domain = machine.domains.get(domid);
    if (domain === undefined) throw log.perror('Could not get info for domain', 'ESRCH');
    await dump(machine, domain, new StreamWriter(stream, log, failAfter), log);
  };
  const done = conversation.hold(work, { needsStream: true });
  done.then(
    () => stream.push(null),
    (error: unknown) => stream.destroy(error as Error),
  );
  return { stream, done: handled(done) };
}

async function dump(
  machine: Machine,
  domain: MachineDomain,
  writer: StreamWriter,
  log: CallLog,
): Promise<void> {
  const { onlineVcpus } = domain; // Xen has no registers of those that were never brought up
  if (onlineVcpus === 0) throw log.perror('No VCPU context could be grabbed', 'EINVAL');
  const pfns = [...pfnsOf(domain)];
  const facts: CoreFacts = {
    isTranslated: domain.type === 'pvh',
    vcpuContexts: Array.from({ length: onlineVcpus }, () => new Uint8Array(VCPU_CONTEXT_BYTES)),
    pages: pfns.length,
    xen: machine.version,
    // Of a guest in an HVM container libxc cannot map it.
    ...(domain.type === 'pv' ? { sharedInfo: new Uint8Array(PAGE_BYTES) } : {}),
  };
  const complaint = 'Failed to write buffer';
  await writer.write(encodeCoreHead(facts), complaint);
  for (let at = 0; at < pfns.length; at += PIECE_PAGES) {
    const isThere = machine.domains.get(domain.domid) === domain && !domain.isDying;
    if (!isThere) throw log.perror('Could not map a page', 'ESRCH');
    await writer.write(readPages(domain, pfns.slice(at, at + PIECE_PAGES)), complaint);
  }
  const frames = pfns.map((pfn) => ({ pfn: BigInt(pfn) }));
  await writer.write(encodeCoreTail(facts, frames), complaint);
}

function* pfnsOf({ memory }: MachineDomain): Generator<number> {
  for (const [start, count] of memory.ranges()) {
    for (let pfn = start; pfn < start + count; pfn++) yield pfn;
  }
}

/** As they are now; one that has been given back meanwhile is zeros. */
function readPages(domain: MachineDomain, pfns: readonly number[]): Buffer {
  domain.catchUp();
  const bytes = Buffer.alloc(pfns.length * PAGE_BYTES);
  pfns.forEach((pfn, index) => {
    if (domain.memory.isPopulated(pfn))
      domain.memory.readPage(pfn, bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES));
  });
  return bytes;
}
