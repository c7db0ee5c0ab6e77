import { VmToolsError } from '@vm-tools/errors';
import {
  memoryMib,
  requireFewBlobs,
  type BuildSpec,
  type LongCallOptions,
  type RingFrames,
} from '@vm-tools/xc-native';
import { installProgram } from '../../guest/index.ts';
import type { Machine } from '../../machine/index.ts';
import { CallLog, errnoOf } from '../call-log.ts';
import { Conversation } from '../conversation.ts';
import { openGuestFile } from '../kernel/guest-file.ts';
import { parseKernel, readKernelFile } from '../kernel/load-kernel.ts';
import { keepRecords, plausibleRecords } from '../records/domain-records.ts';
import { turn } from '../turn.ts';
import { buildPv } from './build-pv.ts';
import { buildPvh } from './build-pvh.ts';
import { GuestWriter } from './guest-writer.ts';
import { populateRam } from './populate-ram.ts';

const [KIB_PER_PAGE, PAGES_PER_MIB] = [4, 256];

/**
 * Builds the memory image of a new domain as libxenguest does: the kernel is read, checked and put in the guest's
 * memory, with its command line where a guest looks for it. What will run is the simulator's own guest all the same.
 *
 * @throws VmToolsError with libxc's words; the domain is left as it is, for its creator to destroy
 */
export function buildDomain(
  machine: Machine,
  domid: number,
  spec: BuildSpec,
  options: LongCallOptions = {},
): Promise<RingFrames> {
  const conversation = new Conversation(`building domain ${domid}`, options.signal);
  return conversation.hold(async () => {
    await turn();
    return build(machine, domid, spec, conversation, (call) => new CallLog(call, domid, options.onLog));
  });
}

async function build(
  machine: Machine,
  domid: number,
  spec: BuildSpec,
  conversation: Conversation,
  logOf: (call: string) => CallLog,
): Promise<RingFrames> {
  const totalPages = memoryMib(spec) * PAGES_PER_MIB;
  conversation.checkpoint('xc_dom_kernel_file');
  const file = await readKernelFile(spec.kernel, logOf('xc_dom_kernel_file'));
  const ramdisk =
    spec.ramdisk === undefined ? undefined : await openGuestFile(spec.ramdisk, logOf('xc_dom_module_file'));
  try {
    const kernel = await parseKernel(file, spec.type, logOf('xc_dom_parse_image'));

    conversation.checkpoint('xc_dom_boot_mem_init');
    populateRam(
      machine,
      domid,
      { type: spec.type, pages: spec.targetKib / KIB_PER_PAGE },
      logOf('xc_dom_boot_mem_init'),
    );

    conversation.checkpoint('xc_dom_build_image');
    requireFewBlobs(spec.acpi ?? []);
    const log = logOf('xc_dom_build_image');
    if (kernel.isTruncated) throw log.failure(undefined);
    const domain = machine.requireDomain(domid, 'xc_dom_build_image');
    const records = plausibleRecords(domain);
    const files = { spec, kernel, ramdisk };
    const guest = { totalPages, records, writer: new GuestWriter(machine, domain), log };
    const frames = await (
      spec.type === 'pvh' ? buildPvh(machine, domain, files, guest) : buildPv(domain, files, guest)
    ).catch((thrown: unknown) => {
      throw asBuildFailure(thrown, log);
    });
    installProgram(domain.memory, spec.cmdline);
    keepRecords(domain, records);
    return frames;
  } finally {
    await ramdisk?.handle.close();
  }
}

/** A page that Xen did not give while something was copied in. */
function asBuildFailure(thrown: unknown, log: CallLog): unknown {
  const isHypercall =
    thrown instanceof VmToolsError && thrown.details['call'] === 'xc_domain_populate_physmap';
  return isHypercall ? log.failure(errnoOf(thrown)) : thrown;
}
