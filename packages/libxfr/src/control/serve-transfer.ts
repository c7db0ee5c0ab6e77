import type { TransferSummary } from '../events.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { transferSocketPath } from './find-served.ts';
import { serveTransfers, type ControlServer } from './serve-transfers.ts';

/**
 * Serves one transfer where `findServed` looks for it: from when it has begun until this is disposed of.
 *
 * @param root of the host
 * @param onFailed told why it cannot be served. That is no reason to end the transfer.
 */
export function serveTransfer(
  root: string,
  transfer: Transfer<TransferSummary | undefined>,
  onFailed: (thrown: unknown) => void,
): AsyncDisposable {
  let server: ControlServer | undefined;
  const serve = async (): Promise<void> => {
    for await (const event of transfer) {
      if (event.type !== 'began') continue;
      server = await serveTransfers(transferSocketPath(root, event.id));
      server.add(transfer);
      return;
    }
  };
  const served = serve().catch(onFailed);
  return {
    async [Symbol.asyncDispose]() {
      await served;
      await server?.close();
    },
  };
}
