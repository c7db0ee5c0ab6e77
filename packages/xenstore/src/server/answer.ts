import { VmToolsError } from '@vm-tools/errors';
import { MESSAGE_TYPE, type Message } from '../wire/message.ts';
import { nulTerminated } from '../wire/strings.ts';
import type { Client } from './client.ts';
import type { RequestHook } from './request-hook.ts';
import { Asker } from './requests/asker.ts';
import { stringsOf } from './requests/payload.ts';
import { REQUEST_KINDS, type RequestKind } from './requests/request-kinds.ts';
import { absolutePath } from './tree/path.ts';
import { Refusal } from './tree/refusal.ts';
import type { Store } from './tree/store.ts';

/** Sends the events that a request causes, then its reply; a promise only when there is a hook to wait for. */
export function answerRequest(
  store: Store,
  client: Client,
  message: Message,
  hook: RequestHook,
): Promise<void> | undefined {
  const kind = REQUEST_KINDS.get(message.type);
  if (kind === undefined) {
    refuse(client, message, 'ENOSYS');
    return undefined;
  }
  const allowed = askHook(hook, client, message, kind);
  if (allowed === undefined) {
    serve(store, client, message, kind);
    return undefined;
  }
  return allowed.then(
    () => {
      if (!client.signal.aborted) serve(store, client, message, kind);
    },
    (error: unknown) => refuse(client, message, injectedErrno(error)),
  );
}

function askHook(
  { before }: RequestHook,
  { domid, signal }: Client,
  { payload }: Message,
  { name, hasPath }: RequestKind,
): Promise<void> | undefined {
  if (before === undefined) return undefined;
  const [first = ''] = stringsOf(payload);
  return before({ name, path: hasPath ? absolutePath(first, domid) : undefined, domid }, signal);
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
