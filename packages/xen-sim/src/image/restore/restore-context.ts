import type { RestoreSpec } from '@vm-tools/xc-native';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import type { CallLog } from '../call-log.ts';
import type { DomainRecords } from '../records/domain-records.ts';
import type { RecordReader } from './record-reader.ts';

/** A restore under way: xc_sr_context. */
export interface RestoreContext {
  readonly machine: Machine;
  readonly domain: MachineDomain;
  readonly spec: RestoreSpec;
  readonly reader: RecordReader;
  readonly log: CallLog;
  /** what has come so far, for a later save */
  readonly records: DomainRecords;
  /** VERIFY has come: pages are compared from now on, not taken */
  isVerifying: boolean;
}
