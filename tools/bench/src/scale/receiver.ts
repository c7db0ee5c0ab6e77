import { domainTarget } from '@vm-tools/libdomain';
import { listen, type ListenEvent } from '@vm-tools/libxfr';
import { createLimiter, parseRate } from '@vm-tools/ratelimit';
import { connectSimulatedHost } from '@vm-tools/xen-wire';

// What xfrd does, in a process of its own, with as many places as are asked for, and telling how far each transfer is.

/** What it says at first, and when it is asked. */
export type ReceiverNews =
  | { readonly type: 'listening'; readonly port: number }
  /** bytes of each session so far */
  | { readonly type: 'figures'; readonly bytes: readonly number[] };

process.once('disconnect', () => process.exit());

const [name = '', limit = 'off', places = '1'] = process.argv.slice(2);
const host = await connectSimulatedHost(name);
const bytes = new Map<number, number>();

const onEvent = (event: ListenEvent): void => {
  if (event.type === 'failed' && process.connected) console.error(`receiver: ${event.error.message}`);
  if (event.type !== 'transfer' || event.event.type !== 'progress') return;
  bytes.set(event.session, event.event.transferred);
};
const listener = await listen({
  port: 0,
  maxConcurrent: Number(places),
  limiter: createLimiter({ rate: parseRate(limit) }),
  makeTarget: () => domainTarget(host),
  onEvent,
});
const tell = (news: ReceiverNews): void => void process.send?.(news);
process.on('message', () => tell({ type: 'figures', bytes: [...bytes.values()] }));
tell({ type: 'listening', port: listener.port });
