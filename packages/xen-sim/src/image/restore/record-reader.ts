import type { VmToolsError } from '@vm-tools/errors';
import { LibxcVerifier, recordName } from '@vm-tools/xen-stream';
import type { StreamFault } from '../../faults/index.ts';
import type { CallLog } from '../call-log.ts';
import { turn } from '../turn.ts';
import type { ImageSink } from './image-sink.ts';

/**
 * Reads a libxc stream, with libxc's words when there is no more of it. What is in it is checked by the verifier of
 * xen-stream, as it is in front of every restore on real Xen: a record that comes out of here is sound.
 */
export class RecordReader {
  readonly #sink: ImageSink;
  readonly #log: CallLog;
  readonly #failAfter: StreamFault | undefined;
  readonly #verifier = new LibxcVerifier();
  #read = 0;
  /** for the complaint about the body that is being read */
  #body = '';

  constructor(sink: ImageSink, log: CallLog, failAfter: StreamFault | undefined) {
    this.#sink = sink;
    this.#log = log;
    this.#failAfter = failAfter;
  }

  /**
   * Bytes that are not checked yet: `verify` must follow.
   *
   * @param complaint libxc's words when there are not so many bytes
   */
  async unverified(length: number, complaint: string): Promise<Buffer> {
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

  /** @returns the bytes */
  verify(bytes: Buffer): Buffer {
    try {
      this.#verifier.push(bytes);
      return bytes;
    } catch (thrown) {
      throw this.#log.error((thrown as VmToolsError).message);
    }
  }

  async header(): Promise<{ readonly type: number; readonly length: number }> {
    const header = this.verify(await this.unverified(8, 'Failed to read Record Header from stream'));
    const [type, length] = [header.readUInt32LE(0), header.readUInt32LE(4)];
    const name = `(0x${type.toString(16).padStart(8, '0')}, ${libxcName(type)})`;
    this.#body = `Failed to read ${paddedTo8(length)} bytes of data for record ${name}`;
    return { type, length };
  }

  /** Of the record whose header was read last: the next bytes of its body. */
  async bodyPart(length: number): Promise<Buffer> {
    return this.verify(await this.unverified(length, this.#body));
  }

  /** All of its body, without the padding. */
  async body(length: number): Promise<Buffer> {
    const padded = length === 0 ? Buffer.alloc(0) : await this.bodyPart(paddedTo8(length));
    return padded.subarray(0, length);
  }
}

/** Libxc's name of a record: "Page data", "x86 PV vcpu basic". */
function libxcName(type: number): string {
  const words = recordName(type).toLowerCase().replaceAll('_', ' ');
  return words
    .replace(/\b(pv|p2m|tsc|hvm|cpuid|msr)\b/g, (word) => word.toUpperCase())
    .replace(/^(?!x86)./, (letter) => letter.toUpperCase());
}

function paddedTo8(length: number): number {
  return Math.ceil(length / 8) * 8;
}
