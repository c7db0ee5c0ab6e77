import { encodeRecord, type RecordType } from '@vm-tools/xen-stream';
import type { StreamFault } from '../../faults/index.ts';
import type { CallLog } from '../call-log.ts';
import { turn } from '../turn.ts';
import type { ImageOutput } from './image-stream.ts';

/** libxc's end of the stream of a save. */
export class StreamWriter {
  readonly #output: ImageOutput;
  readonly #log: CallLog;
  readonly #failAfter: StreamFault | undefined;
  #written = 0;

  constructor(output: ImageOutput, log: CallLog, failAfter: StreamFault | undefined) {
    this.#output = output;
    this.#log = log;
    this.#failAfter = failAfter;
  }

  /**
   * At the pace of the reader, and with turns for others in between.
   *
   * @param complaint libxc's words when it cannot write
   * @throws VmToolsError EPIPE when the reader is gone, or with what the file says
   */
  async write(bytes: Uint8Array, complaint: string): Promise<void> {
    const allowed = (this.#failAfter?.afterBytes ?? Infinity) - this.#written;
    const errno = await this.#output.send(bytes.subarray(0, allowed));
    if (errno !== undefined) throw this.#log.perror(complaint, errno);
    if (this.#failAfter !== undefined && bytes.length > allowed)
      throw this.#log.perror(complaint, this.#failAfter.errno);
    this.#written += bytes.length;
    await turn();
  }

  async record(type: RecordType, body?: Uint8Array): Promise<void> {
    await this.encoded(encodeRecord(type, body));
  }

  async encoded(record: Uint8Array): Promise<void> {
    await this.write(record, 'Unable to write record to stream');
  }
}
