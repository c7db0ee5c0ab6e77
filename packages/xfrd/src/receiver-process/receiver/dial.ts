import type { Reconnect } from '@vm-tools/libxfr';
import type { TransferRecord } from '@vm-tools/libxfr/journals';
import { encodeError } from '@vm-tools/ipc';
import type { Dial } from '../messages.ts';
import type { Calls } from './calls.ts';
import type { FeedServer } from './feed-server.ts';

/** Longer than a connection may take, with the handshake. */
const DIAL_MS = 50_000;

/** Connects the keeper with a peer: bytes go both ways until either ends it. */
export async function dial(
  { id, token, role, peer }: Dial,
  reconnect: Reconnect,
  { calls, feeds }: { readonly calls: Calls; readonly feeds: FeedServer },
): Promise<void> {
  try {
    const transfer = { role, peer } as TransferRecord; // it needs no more of it
    const { stream, ...facts } = await reconnect(transfer, AbortSignal.timeout(DIAL_MS));
    stream.on('error', () => undefined);
    try {
      const called = feeds.expect(token);
      const { peer: name, address, who, isConfidential } = facts;
      calls.tell({
        ...{ type: 'dialled', id, peer: name, isConfidential },
        ...(address === undefined ? {} : { address }),
        ...(who === undefined ? {} : { who }),
      });
      const socket = await called;
      stream.pipe(socket).pipe(stream);
      stream.once('close', () => socket.destroy());
      socket.once('close', () => stream.destroy());
    } catch (thrown) {
      stream.destroy();
      throw thrown;
    }
  } catch (thrown) {
    calls.tell({ type: 'undialled', id, error: encodeError(thrown) });
  }
}
