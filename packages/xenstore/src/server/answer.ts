import { VmToolsError } from '@vm-tools/errors';
import { MESSAGE_TYPE, type Message } from '../message.ts';
import { nulTerminated } from '../strings.ts';
import { Asker } from './asker.ts';
import type { Client } from './client.ts';
import { absolutePath } from './path.ts';
import { stringsOf } from './payload.ts';
import { Refusal } from './refusal.ts';
import type { RequestHook } from './request-hook.ts';
import { REQUEST_KINDS, type RequestKind } from './request-kinds.ts';
import type { Store } from './store.ts';

/** Sends the events that a request causes, then its reply; a promise only when there is a hook to wait for. */
export function answerRequest(
  store: Store,
  client: Client,
  message: Message,
  { before }: RequestHook,
): Promise<void> | undefined {
  const kind = REQUEST_KINDS.get(message.type);
  if (kind === undefined) refuse(client, message, 'ENOSYS');
  else if (before === undefined) serve(store, client, message, kind);
  else return serveAfter(before, store, client, message, kind);
  return undefined;
}

async function serveAfter(
  before: NonNullable<RequestHook['before']>,
  store: Store,
  client: Client,
  message: Message,
  kind: RequestKind,
): Promise<void> {
  const [first = ''] = stringsOf(message.payload);
  const path = kind.hasPath ? absolutePath(first, client.domid) : undefined;
  try {
    await before({ name: kind.name, path, domid: client.domid }, client.signal);
  } catch (error) {
    refuse(client, message, injectedErrno(error));
    return;
  }
  if (!client.signal.aborted) serve(store, client, message, kind);
}

function serve(store: Store, client: Client, message: Message, kind: RequestKind): void {
  try {
    const asker = askerOf(store, client, message, kind);
    const payload = kind.answer(asker, message.payload);
    client.send({ ...message, payload });
    asker.afterReply?.();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(client, message, error.errno);
  }
}

function askerOf(store: Store, client: Client, { transactionId }: Message, kind: RequestKind): Asker {
  if (kind.isPrivileged && client.domid !== 0) throw new Refusal('EACCES');
  if (transactionId === 0 || kind.ignoresTransaction) return new Asker(store, client);
  const transaction = client.transactions.get(transactionId);
  if (transaction === undefined) throw new Refusal('ENOENT');
  return new Asker(store, client, { id: transactionId, view: transaction });
}

function refuse(client: Client, message: Message, errno: string): void {
  client.send({ ...message, type: MESSAGE_TYPE.ERROR, payload: nulTerminated(errno) });
}

function injectedErrno(error: unknown): string {
  const { errnoName, errno } = error instanceof VmToolsError ? error.details : {};
  return [errnoName, errno].find((name): name is string => typeof name === 'string') ?? 'EIO';
}
