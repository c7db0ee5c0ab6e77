import { VmToolsError } from '@vm-tools/errors';
import type { RestoreSpec, RingFrames } from '@vm-tools/xc-native';
import { RECORD, type RecordType } from '@vm-tools/xen-stream';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import type { CallLog } from '../call-log.ts';
import { DomainRecords, keepRecords, setCpuPolicy } from '../records/domain-records.ts';
import { applyRecord } from './apply-record.ts';
import { completeHvm, completePv } from './complete.ts';
import { restorePageData } from './page-data.ts';
import { readHeaders } from './read-headers.ts';
import type { RecordReader } from './record-reader.ts';
import type { RestoreContext } from './restore-context.ts';

const LONG_LAPIC = 18;

/** xc_domain_restore, from the headers to END; what follows is not looked at. */
export async function restore(
  machine: Machine,
  domain: MachineDomain,
  spec: RestoreSpec,
  reader: RecordReader,
  log: CallLog,
): Promise<RingFrames> {
  const { type: found, xenMinor } = await readHeaders(reader, log);
  try {
    log.info('Restoring domain');
    const [type, name] = domain.type === 'pv' ? ['pv', 'x86_pv'] : ['hvm', 'x86 HVM'];
    if (found !== type)
      throw log.error(`Unable to restore x86 ${found.toUpperCase()} domain into an ${name} domain`);
    const records = new DomainRecords();
    const context: RestoreContext = { machine, domain, spec, reader, log, records, isVerifying: false };
    while (await restoreRecord(context));
    if (found === 'hvm') requireLapic(xenMinor, machine, log);
    const frames = domain.type === 'pv' ? completePv(context) : completeHvm(context);
    setCpuPolicy(records, domain); // images from before Xen 4.14 carry none
    keepRecords(domain, records);
    log.info('Restore successful');
    log.info(
      `XenStore: mfn 0x${frames.storeFrame.toString(16)}, dom ${spec.storeDomid}, evt ${spec.storePort}`,
    );
    log.info(
      `Console: mfn 0x${frames.consoleFrame.toString(16)}, dom ${spec.consoleDomid}, evt ${spec.consolePort}`,
    );
    return frames;
  } catch (thrown) {
    throw thrown instanceof VmToolsError ? log.conclude('Restore failed') : thrown;
  }
}

/** Xen 4.18 made the record of a LAPIC longer; older ones refuse the longer one, when all memory has come. */
function requireLapic(writtenBy: number, { version: { minor } }: Machine, log: CallLog): void {
  if (writtenBy >= LONG_LAPIC && minor < LONG_LAPIC)
    throw log.error('Unable to restore HVM context (22 = Invalid argument)');
}

/** @returns false when it was the last one */
async function restoreRecord(context: RestoreContext): Promise<boolean> {
  const { reader } = context;
  const { type, length } = await reader.header();
  if (type === RECORD.PAGE_DATA) await restorePageData(context);
  else applyRecord(context, type as RecordType, await reader.body(length));
  return type !== RECORD.END;
}
