import { RECORD, type RecordType } from '@vm-tools/xen-stream';
import type { CallLog } from '../call-log.ts';
import type { ImageCallOptions } from '../image-call-options.ts';
import { turn } from '../turn.ts';
import type { ImageSink } from './image-sink.ts';

/** REC_LENGTH_MAX */
const RECORD_MAX_BYTES = 128 * 1024 * 1024;
/** All but PAGE_DATA are held as a whole. libxc would hold any record, as long as its host has the memory. */
const HELD_MAX_BYTES = 16 * 1024 * 1024;

/** What libxc calls them. */
const NAMES: ReadonlyMap<number, string> = new Map<RecordType, string>([
  [RECORD.END, 'End'],
  [RECORD.PAGE_DATA, 'Page data'],
  [RECORD.X86_PV_INFO, 'x86 PV info'],
  [RECORD.X86_PV_P2M_FRAMES, 'x86 PV P2M frames'],
  [RECORD.X86_PV_VCPU_BASIC, 'x86 PV vcpu basic'],
  [RECORD.X86_PV_VCPU_EXTENDED, 'x86 PV vcpu extended'],
  [RECORD.X86_PV_VCPU_XSAVE, 'x86 PV vcpu xsave'],
  [RECORD.SHARED_INFO, 'Shared info'],
  [RECORD.X86_TSC_INFO, 'x86 TSC info'],
  [RECORD.HVM_CONTEXT, 'HVM context'],
  [RECORD.HVM_PARAMS, 'HVM params'],
  [RECORD.TOOLSTACK, 'Toolstack'],
  [RECORD.X86_PV_VCPU_MSRS, 'x86 PV vcpu msrs'],
  [RECORD.VERIFY, 'Verify'],
  [RECORD.CHECKPOINT, 'Checkpoint'],
  [RECORD.CHECKPOINT_DIRTY_PFN_LIST, 'Checkpoint dirty pfn list'],
  [RECORD.STATIC_DATA_END, 'Static data end'],
  [RECORD.X86_CPUID_POLICY, 'x86 CPUID policy'],
  [RECORD.X86_MSR_POLICY, 'x86 MSR policy'],
]);

export function libxcName(type: number): string {
  return NAMES.get(type) ?? 'Reserved';
}

/** Reads a libxc stream, with libxc's words when it cannot. */
export class RecordReader {
  readonly #sink: ImageSink;
  readonly #log: CallLog;
  readonly #failAfter: ImageCallOptions['failAfter'];
  #read = 0;
  /** for the complaint about the body that is being read */
  #body = '';

  constructor(sink: ImageSink, log: CallLog, failAfter: ImageCallOptions['failAfter']) {
    this.#sink = sink;
    this.#log = log;
    this.#failAfter = failAfter;
  }

  /** @param complaint what libxc says when there are not so many bytes */
  async exactly(length: number, complaint: string): Promise<Buffer> {
    this.#read += length;
    if (this.#failAfter !== undefined && this.#read > this.#failAfter.afterBytes) {
      await this.#sink.read(length);
      throw this.#log.perror(complaint, this.#failAfter.errno);
    }
    const bytes = await this.#sink.read(length);
    await turn();
    if (bytes.length < length) throw this.#log.perror(complaint, undefined);
    return bytes;
  }

  async header(): Promise<{ readonly type: number; readonly length: number }> {
    const header = await this.exactly(8, 'Failed to read Record Header from stream');
    const [type, length] = [header.readUInt32LE(0), header.readUInt32LE(4)];
    const name = `(0x${type.toString(16).padStart(8, '0')}, ${libxcName(type)})`;
    if (length > RECORD_MAX_BYTES) {
      const [given, max] = [length, RECORD_MAX_BYTES].map((bytes) => `0x${bytes.toString(16)}`);
      throw this.#log.error(`Record ${name} length ${given} exceeds max (${max})`);
    }
    const padded = paddedTo8(length);
    if (type !== RECORD.PAGE_DATA && length > HELD_MAX_BYTES)
      throw this.#log.error(`Unable to allocate ${padded} bytes for record data ${name}`, 'ENOMEM');
    this.#body = `Failed to read ${padded} bytes of data for record ${name}`;
    return { type, length };
  }

  /** Of the record whose header was read last: the next bytes of its body. */
  async bodyPart(length: number): Promise<Buffer> {
    return this.exactly(length, this.#body);
  }

  /** All of its body, without the padding. */
  async body(length: number): Promise<Buffer> {
    const padded = length === 0 ? Buffer.alloc(0) : await this.bodyPart(paddedTo8(length));
    return padded.subarray(0, length);
  }
}

function paddedTo8(length: number): number {
  return Math.ceil(length / 8) * 8;
}
