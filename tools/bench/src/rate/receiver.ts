import { createServer, type AddressInfo } from 'node:net';
import { fullestWindow, meanRate, type Arrival } from './arrivals.ts';

// The receiving end of one connection after the other, which looks at the time whenever bytes come.

/** Its message at first, and after each connection. */
export type ReceiverNews =
  | { readonly type: 'listening'; readonly port: number }
  /** bytes per second, and the most bytes in any window */
  | { readonly type: 'measured'; readonly mean: number; readonly fullest: number };

process.once('disconnect', () => process.exit());

const [measureMs = 0, windowMs = 0] = process.argv.slice(2).map(Number);
const tell = (news: ReceiverNews): void => void process.send?.(news);

const server = createServer((socket) => {
  const arrivals: Arrival[] = [];
  socket.on('data', (chunk) => {
    const at = performance.now();
    arrivals.push({ at, bytes: chunk.length });
    if (at - (arrivals[0]?.at ?? at) >= measureMs) socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.on('close', () =>
    tell({ type: 'measured', mean: meanRate(arrivals), fullest: fullestWindow(arrivals, windowMs) }),
  );
});
server.listen(0, '127.0.0.1', () =>
  tell({ type: 'listening', port: (server.address() as AddressInfo).port }),
);
