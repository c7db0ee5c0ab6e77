import type { RemoteErrorBody } from '../../protocol/remote-error-schema.ts';

/** The room of an error in a journal: the last lines of a log, and why it all began. */
const MOST_BYTES = 8 * 1024;
const MESSAGE_CHARACTERS = 500;

/**
 * An error as it is kept in a journal. The peer may have said most of it, and what it says may be long; so the logs of
 * the causes go first, then the oldest lines of its own log, then all that is not the first cause.
 */
export function fitError(error: RemoteErrorBody): RemoteErrorBody {
  if (fits(error)) return error;
  const { log = [], causes = [], ...told } = error;
  const bare = causes.map(({ log: _, ...link }) => link);
  for (let lines = log.length; lines > 0; lines = Math.floor(lines / 2)) {
    const shorter = { ...told, causes: bare, log: log.slice(-lines) };
    if (fits(shorter)) return shorter;
  }
  const short = { ...told, causes: bare };
  return fits(short) ? short : shortest(error);
}

function shortest({ code, kind, message, side, retry, causes = [] }: RemoteErrorBody): RemoteErrorBody {
  const cut = (text: string): string => text.slice(0, MESSAGE_CHARACTERS).toWellFormed();
  const first = causes.at(-1);
  return {
    ...{ code, kind, message: cut(message) },
    ...(side === undefined ? {} : { side }),
    ...(retry === undefined ? {} : { retry }),
    ...(first === undefined
      ? {}
      : { causes: [{ code: first.code, kind: first.kind, message: cut(first.message) }] }),
  };
}

function fits(error: RemoteErrorBody): boolean {
  return Buffer.byteLength(JSON.stringify(error)) <= MOST_BYTES;
}
