import { VmToolsError } from '@vm-tools/errors';
import type { PrecopyDecision } from '@vm-tools/xc-native';
import { encodeHvmParams, encodeLibxcHeader, RECORD, type RecordType } from '@vm-tools/xen-stream';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import { shutdownWords } from '../../machine/shutdown-words.ts';
import type { CallLog } from '../call-log.ts';
import { recordsOf, type DomainRecords } from '../records/domain-records.ts';
import { PageSender } from './page-sender.ts';
import { enableLogDirty, sendMemoryLive, simplePrecopyPolicy, type PrecopyPolicy } from './precopy.ts';
import type { StreamWriter } from './stream-writer.ts';

/** The questions of libxc to its caller; 'abort' is a callback that has failed. */
export interface SaveQuestions {
  suspend(): Promise<PrecopyDecision>;
  readonly precopy: PrecopyPolicy | undefined;
}

/** The HVM params that libxc saves unless they are 0, in its order (write_hvm_params). */
const SAVED_PARAMS = [1, 5, 6, 27, 28, 29, 37, 17, 19, 9, 12, 34, 32, 33, 36, 38] as const;

/** Static data, tail, and in it the state of each vCPU: only PV has records of the latter. */
const STATIC = {
  pv: [RECORD.X86_PV_INFO, RECORD.X86_CPUID_POLICY, RECORD.X86_MSR_POLICY],
  pvh: [RECORD.X86_CPUID_POLICY, RECORD.X86_MSR_POLICY],
} as const;
const TAIL = {
  pv: [RECORD.X86_TSC_INFO, RECORD.SHARED_INFO],
  pvh: [RECORD.X86_TSC_INFO, RECORD.HVM_CONTEXT],
} as const;
const VCPU = [
  RECORD.X86_PV_VCPU_BASIC,
  RECORD.X86_PV_VCPU_EXTENDED,
  RECORD.X86_PV_VCPU_XSAVE,
  RECORD.X86_PV_VCPU_MSRS,
] as const;

/** xc_domain_save, record by record. */
export async function save(
  machine: Machine,
  domain: MachineDomain,
  { live, questions }: { readonly live: boolean; readonly questions: SaveQuestions },
  writer: StreamWriter,
  log: CallLog,
): Promise<void> {
  const { domid, type } = domain;
  const isPv = type === 'pv';
  log.info(`Saving domain ${domid}, type ${isPv ? 'x86 PV' : 'x86 HVM'}`);
  try {
    const records = recordsOf(domain);
    const p2mSize = isPv ? pvP2mSize(records, log) : domain.memory.highestGfn + 1;
    const sender = new PageSender(machine, domain, records, writer, log, p2mSize);
    const { major: xenMajor, minor: xenMinor } = machine.version;
    const header = encodeLibxcHeader({ version: 3, type: isPv ? 'pv' : 'hvm', xenMajor, xenMinor });
    await writer.write(header, 'Unable to write Image Header to stream');
    await writeRecords(writer, records, STATIC[type]);
    await writer.record(RECORD.STATIC_DATA_END);
    if (isPv) await writeRecords(writer, records, [RECORD.X86_PV_P2M_FRAMES]);

    if (live) {
      enableLogDirty(machine, domain, log);
      const policy = questions.precopy ?? simplePrecopyPolicy;
      await sendMemoryLive(domain, p2mSize, sender, policy, log);
      await suspend(domain, questions, log);
      domain.catchUp();
      await sender.send(domain.memory.takeDirty().ranges());
    } else {
      await suspend(domain, questions, log);
      await sender.sendAll();
    }

    await writeRecords(writer, records, TAIL[type]);
    if (isPv) await writeVcpus(writer, records, domain.vcpus);
    else await writeHvmParams(writer, domain);
    await writer.record(RECORD.END);
  } catch (thrown) {
    throw thrown instanceof VmToolsError ? log.conclude('Save failed') : thrown;
  } finally {
    if (live && machine.domains.has(domid)) machine.domainLogDirtyOff(domid);
  }
}

async function suspend(domain: MachineDomain, questions: SaveQuestions, log: CallLog): Promise<void> {
  if ((await questions.suspend()) === 'abort') throw log.error('save callback suspend() failed: 0');
  const { shutdownReason } = domain;
  if (shutdownReason === 'suspend') return;
  throw log.error(`Domain has not been suspended: ${shutdownWords(shutdownReason)}`);
}

/** The pfns that the guest's p2m covers. */
function pvP2mSize(records: DomainRecords, log: CallLog): number {
  const frames = records.get(RECORD.X86_PV_P2M_FRAMES);
  if (frames === undefined) throw log.error('Bad mfn 0 for p2m frame list list');
  return frames.readUInt32LE(4) + 1;
}

async function writeRecords(
  writer: StreamWriter,
  records: DomainRecords,
  types: readonly RecordType[],
): Promise<void> {
  for (const type of types) {
    for (const body of records.all(type)) await writer.record(type, body);
  }
}

/** vCPU by vCPU: that of an offline one has no records. */
async function writeVcpus(writer: StreamWriter, records: DomainRecords, vcpus: number): Promise<void> {
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    for (const type of VCPU) {
      const body = records.get(type, vcpu);
      if (body !== undefined) await writer.record(type, body);
    }
  }
}

async function writeHvmParams(writer: StreamWriter, { hvmParams }: MachineDomain): Promise<void> {
  const params = SAVED_PARAMS.map((index) => [index, hvmParams.get(index) ?? 0n] as const);
  const set = params.filter(([, value]) => value !== 0n);
  if (set.length > 0) await writer.encoded(encodeHvmParams(set));
}
