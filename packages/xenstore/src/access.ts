import { listDirectory } from './directory.ts';
import { isRefusal } from './errors.ts';
import { decodePermissions, encodePermissions, type Permission } from './permissions.ts';
import { checkPath, type Request } from './wire/request.ts';
import { nulTerminated } from './wire/strings.ts';

/**
 * Reading and writing the tree: what a connection and a transaction share. Paths are absolute. Every method rejects
 * with a `VmToolsError`: XENSTORE_ and the errno that xenstored gave (XENSTORE_EACCES, XENSTORE_EINVAL, ...),
 * XENSTORE_CLOSED, XENSTORE_NO_REPLY or XENSTORE_PROTOCOL.
 */
export interface StoreAccess {
  /** The value of a node, as UTF-8; undefined when there is no such node. */
  read(path: string): Promise<string | undefined>;
  /** The names of its children, however many; undefined when there is no such node. */
  directory(path: string): Promise<string[] | undefined>;
  /**
   * Sets the value of a node; makes the node, and those above it, when missing.
   * @throws VmToolsError XENSTORE_E2BIG when path and value are more than 4095 bytes
   */
  write(path: string, value: string): Promise<void>;
  /** Makes an empty node, and those above it, when missing; leaves an existing one as it is. */
  mkdir(path: string): Promise<void>;
  /** Removes a node and all below it, if it is there. */
  rm(path: string): Promise<void>;
  getPermissions(path: string): Promise<Permission[]>;
  setPermissions(path: string, permissions: readonly Permission[]): Promise<void>;
}

/** @param connectionRequest a request in no transaction yet */
export function storeAccess(connectionRequest: Request, transactionId?: number): StoreAccess {
  /** Requests of this access have a path as their first part. */
  const on = (path: string): Request => {
    return async (name, parts) => {
      checkPath(name, path);
      return connectionRequest(name, parts, { transactionId, path });
    };
  };
  return {
    read: (path) =>
      undefinedIfMissing(async () => (await on(path)('READ', [nulTerminated(path)])).toString()),
    directory: (path) => undefinedIfMissing(() => listDirectory(on(path), path)),
    async write(path, value) {
      await on(path)('WRITE', [nulTerminated(path), Buffer.from(value)]);
    },
    async mkdir(path) {
      await on(path)('MKDIR', [nulTerminated(path)]);
    },
    async rm(path) {
      await undefinedIfMissing(() => on(path)('RM', [nulTerminated(path)]));
    },
    async getPermissions(path) {
      return decodePermissions(await on(path)('GET_PERMS', [nulTerminated(path)]));
    },
    async setPermissions(path, permissions) {
      await on(path)('SET_PERMS', [nulTerminated(path), encodePermissions(permissions)]);
    },
  };
}

async function undefinedIfMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return undefined;
    throw error;
  }
}
