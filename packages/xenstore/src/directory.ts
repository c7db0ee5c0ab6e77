import { isRefusal, protocolError, refused } from './errors.ts';
import type { Request } from './wire/request.ts';
import { nulTerminated, splitStrings } from './wire/strings.ts';

/** How often a directory may change while we read it before we say so. */
const MAX_RESTARTS = 50;

/** The names below a node, also when they do not fit into one message. */
export async function listDirectory(request: Request, path: string): Promise<string[]> {
  try {
    return splitStrings(await request('DIRECTORY', [nulTerminated(path)]));
  } catch (error) {
    if (!isRefusal(error, 'E2BIG')) throw error;
  }
  for (let restarts = 0; restarts <= MAX_RESTARTS; restarts += 1) {
    const names = await listInParts(request, path);
    if (names !== undefined) return names;
  }
  throw refused('DIRECTORY_PART', 'EAGAIN', path).with({
    message: `the directory ${path} kept changing while it was being read`,
  });
}

/**
 * A reply has the generation of the node, then names from a byte offset on; behind the last name of all there is one
 * more NUL. Offsets mean something within one generation only: undefined when it changed on the way.
 */
async function listInParts(request: Request, path: string): Promise<string[] | undefined> {
  const parts: Buffer[] = [];
  let offset = 0;
  let firstGeneration: string | undefined;
  for (;;) {
    const payload = await request('DIRECTORY_PART', [nulTerminated(path), nulTerminated(offset)]);
    const generationEnd = payload.indexOf(0);
    const generation = payload.toString('latin1', 0, Math.max(0, generationEnd));
    const names = payload.subarray(generationEnd + 1);
    if (!/^\d+$/.test(generation) || names.at(-1) !== 0) {
      throw protocolError(`xenstored sent a malformed part of the directory ${path}`);
    }
    firstGeneration ??= generation;
    if (generation !== firstGeneration) return undefined;
    const isLast = names.length === 1 || names.at(-2) === 0;
    parts.push(isLast ? names.subarray(0, -1) : names);
    if (isLast) return splitStrings(Buffer.concat(parts));
    offset += names.length;
  }
}
