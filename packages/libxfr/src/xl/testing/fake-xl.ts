import { duplexPair, type Duplex } from 'node:stream';
import type { Connection } from '../../protocol/connection.ts';
import { PullReader } from '../../protocol/pull-reader.ts';
import { XL } from '../messages.ts';

/** What a receiver of xl does in a test; each part may be left out, and nothing follows then. */
export interface FakeXlInit {
  /** bytes of the image */
  readonly bytes: number;
  /** hangs up before it says or hears this. @default it goes on to the end */
  readonly hangsUpBefore?: 'banner' | 'image' | 'ready' | 'go' | 'report' | 'status' | 'gone' | undefined;
  /** says nothing from there on. @default it goes on to the end */
  readonly fallsSilentBefore?: 'banner' | 'ready' | 'report' | undefined;
  /** in place of the banner */
  readonly banner?: string;
  /** of its report. @default 0 */
  readonly status?: number;
}

/** `xl migrate-receive`, as far as its peer can tell. */
export class FakeXl {
  readonly connection: Connection;
  readonly image: Buffer[] = [];
  readonly heard: string[] = [];
  readonly ended: Promise<void>;

  constructor(init: FakeXlInit) {
    const [ours, theirs] = duplexPair();
    this.connection = {
      stream: theirs,
      peer: 'ssh://b',
      isConfidential: true,
      lastWords: () => ['libxl: error: no room'],
    };
    this.ended = this.#run(ours, init).catch(() => undefined);
  }

  async #run(stream: Duplex, init: FakeXlInit): Promise<void> {
    const { bytes, hangsUpBefore, fallsSilentBefore, banner = XL.banner, status = 0 } = init;
    const reader = new PullReader(stream, 'the source');
    const hear = async (text: string): Promise<void> => {
      const got = await reader.readExactly(Buffer.byteLength(text), 'a word');
      this.heard.push(got.toString());
    };
    const say = async (bytes: string | Buffer): Promise<void> => {
      stream.write(bytes);
    };
    const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['banner', () => say(banner)],
      ['image', async () => this.image.push(...(await reader.readPieces(bytes, 'the image')))],
      ['ready', () => say(XL.ready)],
      ['go', () => hear(XL.go)],
      ['report', () => say(XL.report)],
      ['status', () => say(Buffer.of(status))],
      ['gone', () => say(status === 0 ? '' : XL.go)],
    ];
    for (const [name, act] of steps) {
      if (hangsUpBefore === name) {
        stream.destroy();
        return;
      }
      if (fallsSilentBefore === name) return;
      await act();
    }
    stream.end();
  }
}
