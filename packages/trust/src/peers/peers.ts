import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import { syncFolder, writeAside } from '@vm-tools/write-file';
import * as z from 'zod';
import { fileError, isMissing } from '../files/file-error.ts';
import type { TrustFolder } from '../files/trust-folder.ts';
import { PEER_NAME } from '../name.ts';
import { keyChanged } from './peer-errors.ts';
import { peerSchema, type Peer, type PeerSettings } from './peer.ts';

const SUFFIX = '.json';
/** Of what is wrong with a file, as much as fits on a screen. */
const MOST_PROBLEMS = 8;
const MOST_CHARACTERS = 1000;

/**
 * All known peers, in the order of their names. A file that cannot be understood is an error and not one peer less:
 * half of the rules would not be those that the operator has written.
 *
 * @throws VmToolsError XFR_PEER_FILE of kind usage, XFR_TRUST_FILE
 */
export async function listPeers(folder: TrustFolder): Promise<Peer[]> {
  const files = await readdir(folder.peers).catch((thrown: unknown) => {
    if (isMissing(thrown)) return [];
    throw fileError(thrown, 'read', folder.peers);
  });
  const names = files.filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length));
  const peers = await Promise.all(names.sort().map((name) => readPeer(folder, name)));
  return peers.filter((peer) => peer !== undefined);
}

/**
 * One of them; undefined if there is none of that name.
 *
 * @throws VmToolsError XFR_PEER_FILE (usage), XFR_TRUST_FILE
 */
export async function readPeer(folder: TrustFolder, name: string): Promise<Peer | undefined> {
  const path = pathOf(folder, name);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw fileError(thrown, 'read', path);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (thrown) {
    throw badFile(path, `it is no JSON: ${messageOf(thrown)}`, thrown);
  }
  return parsePeer(name, path, content);
}

/**
 * Trusts a peer, or changes what is known about one: what is not given stays as it is, and hosts are added. Effective
 * for the next connection and the next guest, also in a daemon that runs.
 *
 * @throws VmToolsError
 *   XFR_PEER_KEY_CHANGED (peer): the name is known with another key; XFR_PEER_TWICE (usage): the key with another name;
 *   XFR_PEER_FILE (usage), XFR_TRUST_FILE
 */
export async function trustPeer(folder: TrustFolder, name: string, settings: PeerSettings): Promise<Peer> {
  const path = pathOf(folder, name);
  const known = await listPeers(folder);
  const { name: _, ...before } = known.find((peer) => peer.name === name) ?? { name, hosts: [] };
  const hosts = [...new Set([...before.hosts, ...(settings.hosts ?? [])])];
  const peer = parsePeer(name, path, { ...before, ...settings, hosts });
  if ('fingerprint' in before && peer.fingerprint !== before.fingerprint) {
    throw keyChanged({ name, expected: before.fingerprint, fingerprint: settings.fingerprint });
  }
  const twin = known.find(
    ({ name: other, fingerprint }) =>
      other !== name && fingerprint !== undefined && fingerprint === peer.fingerprint,
  );
  if (twin !== undefined) throw twice(name, twin.name);
  const { name: __, ...record } = peer;
  try {
    const text = `${JSON.stringify(record, undefined, 2)}\n`;
    await writeAside(path, text, { mode: 0o644, folderMode: 0o755, synced: 'folder' });
  } catch (thrown) {
    throw fileError(thrown, 'write', path);
  }
  return peer;
}

/**
 * From now on it is unknown. What it is sending goes on to its end.
 *
 * @throws VmToolsError XFR_PEER_UNKNOWN_NAME of kind usage, XFR_TRUST_FILE
 */
export async function forgetPeer(folder: TrustFolder, name: string): Promise<void> {
  const path = pathOf(folder, name);
  try {
    await rm(path);
    await syncFolder(folder.peers);
  } catch (thrown) {
    if (!isMissing(thrown)) throw fileError(thrown, 'remove', path);
    throw new VmToolsError({
      code: 'XFR_PEER_UNKNOWN_NAME',
      kind: 'usage',
      message: `no peer is called ${name}`,
      hint: 'list them with xfrd peers',
      details: { name },
    });
  }
}

function pathOf({ peers }: TrustFolder, name: string): string {
  if (PEER_NAME.test(name)) return join(peers, `${name}${SUFFIX}`);
  throw new VmToolsError({
    code: 'XFR_PEER_FILE',
    kind: 'usage',
    message: `${JSON.stringify(name)} is no name for a peer`,
    hint: 'use at most 64 letters, digits, ".", "-" and "_"',
    details: { name },
  });
}

function parsePeer(name: string, path: string, content: unknown): Peer {
  const { success, data, error } = peerSchema.safeParse(content);
  if (success) return { name, ...data };
  const problems = error.issues
    .slice(0, MOST_PROBLEMS)
    .map(({ path: at, message }) => [at.join('.'), message].filter(Boolean).join(': '));
  const why = problems.join('; ').slice(0, MOST_CHARACTERS);
  throw badFile(path, why, error instanceof z.ZodError ? undefined : error);
}

function badFile(path: string, why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XFR_PEER_FILE',
    kind: 'usage',
    message: `what is known of a peer in ${path} cannot be used: ${why}`,
    hint: 'correct the file, or remove it and trust the peer again: xfrd trust',
    cause,
    details: { path },
  });
}

function twice(name: string, other: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_PEER_TWICE',
    kind: 'usage',
    message: `${name} has the same key as ${other}, and each peer has one name`,
    hint: `forget ${other} first, or add an address to it: xfrd trust ${other} HOST`,
    details: { name, other },
  });
}
