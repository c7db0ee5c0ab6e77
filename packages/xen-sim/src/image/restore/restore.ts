import { VmToolsError } from '@vm-tools/errors';
import type { RestoreSpec, RingFrames } from '@vm-tools/xc-native';
import { RECORD } from '@vm-tools/xen-stream';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import type { CallLog } from '../call-log.ts';
import { DomainRecords, keepRecords } from '../records/domain-records.ts';
import { endStaticData, requireStaticData } from './common-records.ts';
import { completePv } from './complete-pv.ts';
import { completeHvm, restoreHvmRecord } from './hvm-records.ts';
import { restorePageData } from './page-data.ts';
import { restorePvRecord } from './pv-records.ts';
import { checkHeaders, readHeaders } from './read-headers.ts';
import { libxcName, type RecordReader } from './record-reader.ts';
import type { RestoreContext } from './restore-context.ts';

/** Set in the type of a record that may be ignored. */
const RECORD_OPTIONAL = 0x8000_0000;

/** xc_domain_restore, from the headers to END; what follows is not looked at. */
export async function restore(
  machine: Machine,
  domain: MachineDomain,
  spec: RestoreSpec,
  reader: RecordReader,
  log: CallLog,
): Promise<RingFrames> {
  const headers = await readHeaders(reader, log);
  try {
    log.info('Restoring domain');
    checkHeaders(headers, domain.type, log);
    const context: RestoreContext = {
      machine,
      domain,
      spec,
      reader,
      log,
      records: new DomainRecords(),
      version: headers.version,
      hasStaticData: false,
      isVerifying: false,
      lastPfn: domain.type === 'pv' ? -1 : Infinity,
    };
    while (await restoreRecord(context));
    const frames = domain.type === 'pv' ? completePv(context) : completeHvm(context);
    keepRecords(domain, context.records);
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

/** @returns false when it was the last one */
async function restoreRecord(context: RestoreContext): Promise<boolean> {
  const { reader, log } = context;
  const { type, length } = await reader.header();
  if (type === RECORD.PAGE_DATA) {
    requireStaticData(context);
    await restorePageData(context, length);
    return true;
  }
  const body = await reader.body(length);
  switch (type) {
    case RECORD.END:
      return false;
    case RECORD.STATIC_DATA_END:
      endStaticData(context);
      return true;
    case RECORD.VERIFY:
      log.detail('Verify mode enabled');
      context.isVerifying = true;
      return true;
    case RECORD.CHECKPOINT:
      throw log.error('Found checkpoint in non-checkpointed stream');
  }
  const isKnown =
    context.domain.type === 'pv'
      ? restorePvRecord(context, type, body)
      : restoreHvmRecord(context, type, body);
  const name = `0x${type.toString(16)} (${libxcName(type)})`;
  if (!isKnown && type < RECORD_OPTIONAL) throw log.error(`Mandatory record ${name} not handled`);
  if (!isKnown) log.detail(`Ignoring optional record ${name}`);
  return true;
}
