import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { throwIfAborted } from '@vm-tools/errors';
import type { Check, Offer, RestoreControl, Target } from '@vm-tools/libxfr';
import { openImage, PAGE_BYTES, type ExpectedDomain } from '@vm-tools/xen-stream';
import { decodeError, type ErrorBody } from '@vm-tools/ipc';
import type { Calls } from './calls.ts';

/**
 * A place for one domain on the keeper's host. The image is read and checked here, record by record; the keeper gets
 * the configuration, and its helper the checked bytes of memory.
 */
export class RemoteTarget implements Target {
  readonly #calls: Calls;
  readonly #who: string | undefined;
  /** of what has been offered */
  #uuid = '';
  domid: number | undefined;
  warnings: readonly string[] | undefined;

  /** @param who the other end, when it has proved who it is */
  constructor(calls: Calls, who?: string) {
    this.#calls = calls;
    this.#who = who;
  }

  async check(offer: Offer): Promise<readonly Check[]> {
    const checks = await this.#calls.call<readonly { name: string; error?: ErrorBody }[]>(
      'check',
      this.#about(offer),
    );
    return checks.map(({ error, ...check }) => ({
      ...check,
      ...(error === undefined ? {} : { error: decodeError(error) }),
    }));
  }

  async requireFree(offer: Offer): Promise<void> {
    await this.#calls.call('free', this.#about(offer));
  }

  #about(offer: Offer): { offer: Offer; who?: string } {
    return { offer, ...(this.#who === undefined ? {} : { who: this.#who }) };
  }

  async reserve(offer: Offer): Promise<void> {
    this.#uuid = offer.uuid;
    await this.#calls.call('reserve', { offer });
  }

  async restore(stream: Readable, { signal, onNewMemory }: RestoreControl): Promise<void> {
    throwIfAborted(signal, 'restoring a domain');
    const uuid = this.#uuid;
    const image = await openImage(stream, {
      signal,
      onNewPages: (pages) => onNewMemory?.(pages * PAGE_BYTES),
      expect: (json) => this.#calls.call<ExpectedDomain>('expect', { uuid, configJson: json }),
    });
    const feed = async (sink: NodeJS.WritableStream): Promise<void> => {
      await pipeline(image.libxc, sink, { signal });
      await image.finish();
    };
    const { domid, warnings } = await this.#calls.restore(
      { uuid, configJson: image.configJson },
      feed,
      signal,
    );
    this.domid = domid;
    this.warnings = warnings;
  }

  start(): Promise<{ domid: number }> {
    return this.#calls.call<{ domid: number }>('start', { uuid: this.#uuid });
  }

  async abandon(): Promise<void> {
    await this.#calls.call('abandon', { uuid: this.#uuid });
  }
}
