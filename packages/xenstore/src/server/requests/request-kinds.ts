import { MESSAGE_TYPE } from '../../wire/message.ts';
import { absolutePath } from '../tree/path.ts';
import { Refusal } from '../tree/refusal.ts';
import type { Asker } from './asker.ts';
import { getDomainPath, introduce, isDomainIntroduced, release, resume } from './domain-requests.ts';
import { onlyString, stringsOf, twoStrings } from './payload.ts';
import { directory, directoryPart, getPermissions, read } from './read-requests.ts';
import { endTransaction, startTransaction } from './transaction-requests.ts';
import { addWatch, removeWatch, resetClient } from './watch-requests.ts';
import { mkdir, rm, setPermissions, write } from './write-requests.ts';

/** How one type of request is served. */
export interface RequestKind {
  readonly name: string;
  /** Its first string is a path. */
  readonly hasPath?: true;
  /** Only dom0 may. */
  readonly isPrivileged?: true;
  /** It is the same inside of a transaction and outside. */
  readonly ignoresTransaction?: true;
  /** Gives the payload of the reply. @throws Refusal */
  readonly answer: (asker: Asker, payload: Buffer) => Buffer;
}

const OK = Buffer.from('OK\0');

export const REQUEST_KINDS: ReadonlyMap<number, RequestKind> = new Map<number, RequestKind>([
  [MESSAGE_TYPE.READ, aboutNode('read', read)],
  [MESSAGE_TYPE.DIRECTORY, aboutNode('directory', directory)],
  [MESSAGE_TYPE.DIRECTORY_PART, { name: 'directory', hasPath: true, answer: answerDirectoryPart }],
  [MESSAGE_TYPE.GET_PERMS, aboutNode('getPermissions', getPermissions)],
  [MESSAGE_TYPE.SET_PERMS, { name: 'setPermissions', hasPath: true, answer: done(answerSetPermissions) }],
  [MESSAGE_TYPE.WRITE, { name: 'write', hasPath: true, answer: done(answerWrite) }],
  [MESSAGE_TYPE.MKDIR, aboutNode('mkdir', done(mkdir))],
  [MESSAGE_TYPE.RM, aboutNode('rm', done(rm))],
  [MESSAGE_TYPE.WATCH, aboutWatch('watch', answerWatch)],
  [MESSAGE_TYPE.UNWATCH, aboutWatch('unwatch', removeWatch)],
  [MESSAGE_TYPE.RESET_WATCHES, { name: 'resetWatches', answer: done(answerResetWatches) }],
  [MESSAGE_TYPE.TRANSACTION_START, { name: 'transactionStart', answer: startTransaction }],
  [MESSAGE_TYPE.TRANSACTION_END, { name: 'transactionEnd', answer: done(answerTransactionEnd) }],
  [MESSAGE_TYPE.INTRODUCE, { name: 'introduce', isPrivileged: true, answer: done(answerIntroduce) }],
  [MESSAGE_TYPE.RELEASE, aboutDomain('release', done(release))],
  [MESSAGE_TYPE.RESUME, aboutDomain('resume', done(resume))],
  [MESSAGE_TYPE.IS_DOMAIN_INTRODUCED, aboutDomain('isDomainIntroduced', isDomainIntroduced)],
  [MESSAGE_TYPE.GET_DOMAIN_PATH, { name: 'getDomainPath', answer: answerGetDomainPath }],
]);

/** The answer that says only that it has been done. */
function done<Subject>(act: (asker: Asker, subject: Subject) => void) {
  return (asker: Asker, subject: Subject): Buffer => {
    act(asker, subject);
    return OK;
  };
}

function aboutNode(name: string, answer: (asker: Asker, path: string) => Buffer): RequestKind {
  return {
    name,
    hasPath: true,
    answer: (asker, payload) => answer(asker, absolutePath(onlyString(payload), asker.domid)),
  };
}

function aboutWatch(name: string, act: (asker: Asker, path: string, token: string) => void): RequestKind {
  const answer = done((asker: Asker, payload: Buffer) => act(asker, ...twoStrings(payload)));
  return { name, hasPath: true, ignoresTransaction: true, answer };
}

function aboutDomain(name: string, answer: (asker: Asker, domid: string) => Buffer): RequestKind {
  return { name, isPrivileged: true, answer: (asker, payload) => answer(asker, onlyString(payload)) };
}

function answerDirectoryPart(asker: Asker, payload: Buffer): Buffer {
  const [path, offset] = twoStrings(payload);
  return directoryPart(asker, absolutePath(path, asker.domid), Number.parseInt(offset, 10) || 0);
}

function answerSetPermissions(asker: Asker, payload: Buffer): void {
  const [path, ...permissions] = stringsOf(payload);
  if (path === undefined || permissions.length === 0) throw new Refusal('EINVAL');
  setPermissions(asker, absolutePath(path, asker.domid), permissions);
}

/** The value is all behind the first NUL; it may hold NULs itself, and ends with none. */
function answerWrite(asker: Asker, payload: Buffer): void {
  const end = payload.indexOf(0);
  if (end < 0) throw new Refusal('EINVAL');
  const path = absolutePath(payload.toString('latin1', 0, end), asker.domid);
  write(asker, path, payload.toString('latin1', end + 1));
}

/** A new watch gets an event at once, behind the reply: its owner need not look by itself first. */
function answerWatch(asker: Asker, path: string, token: string): void {
  const watch = addWatch(asker, path, token);
  asker.afterReply = () => asker.client.sendEvent(watch, watch.path);
}

function answerResetWatches({ store, client }: Asker): void {
  resetClient(store, client);
}

function answerTransactionEnd(asker: Asker, payload: Buffer): void {
  endTransaction(asker, onlyString(payload));
}

function answerIntroduce(asker: Asker, payload: Buffer): void {
  const [domid, frame, port] = stringsOf(payload);
  if (domid === undefined || frame === undefined || port === undefined) throw new Refusal('EINVAL');
  introduce(asker, domid, port);
}

function answerGetDomainPath(_asker: Asker, payload: Buffer): Buffer {
  return getDomainPath(onlyString(payload));
}
