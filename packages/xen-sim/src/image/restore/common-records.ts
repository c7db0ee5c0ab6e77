import { RECORD, type RecordType } from '@vm-tools/xen-stream';
import { setCpuPolicy } from '../records/domain-records.ts';
import type { RestoreContext } from './restore-context.ts';

const TSC_INFO_BYTES = 24;
/** TSC_MODE_NEVER_EMULATE */
const LAST_TSC_MODE = 2;
const POLICIES = {
  [RECORD.X86_CPUID_POLICY]: { name: 'X86_CPUID_POLICY', entryBytes: 24 },
  [RECORD.X86_MSR_POLICY]: { name: 'X86_MSR_POLICY', entryBytes: 16 },
} as const;

/** handle_static_data_end: from here on the receiver knows what its guest's processor is like. */
export function endStaticData(context: RestoreContext): void {
  if (context.hasStaticData) throw context.log.error('Multiple STATIC_DATA_END records found');
  context.hasStaticData = true;
  setCpuPolicy(context.records, context.domain); // images from before Xen 4.14 carry none
}

/** Memory begins, before which a stream of version 3 must have said that its static data is complete. */
export function requireStaticData(context: RestoreContext): void {
  if (context.version < 3 && !context.hasStaticData) endStaticData(context);
  if (!context.hasStaticData) throw context.log.error('No STATIC_DATA_END seen');
}

/** The records of PV and HVM alike. @returns false for any other */
export function restoreCommonRecord(context: RestoreContext, type: number, body: Buffer): type is RecordType {
  const { log, records } = context;
  switch (type) {
    case RECORD.X86_TSC_INFO:
      if (body.length !== TSC_INFO_BYTES) {
        throw log.error(`X86_TSC_INFO record wrong size: length ${body.length}, expected ${TSC_INFO_BYTES}`);
      }
      if (body.readUInt32LE(0) > LAST_TSC_MODE) throw log.perror('Unable to set TSC information', 'EINVAL');
      break;
    case RECORD.X86_CPUID_POLICY:
    case RECORD.X86_MSR_POLICY: {
      const { name, entryBytes } = POLICIES[type];
      if (body.length === 0 || body.length % entryBytes !== 0) {
        throw log.error(`${name} size ${body.length} should be multiple of ${entryBytes}`);
      }
      break;
    }
    default:
      return false;
  }
  records.set(type, body);
  return true;
}
