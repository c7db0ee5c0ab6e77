import * as z from 'zod';
import { RANGES } from '@vm-tools/words';
import { FINGERPRINT } from '../fingerprint.ts';

const HOST = /^[A-Za-z0-9_:][A-Za-z0-9._:%-]{0,252}$/;
const CERTIFICATE_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?$/;
const FOLDER = /^\/[^\p{Cc}]{0,4095}$/u;
const WORD = /^[^\p{Cc}]{1,4096}$/u;
const DOMAIN = /^[^\p{Cc}/]{1,255}$/u;

/** The file of a peer: how it is known, and what it may do. Absent rules forbid nothing. */
export const peerSchema = z
  .strictObject({
    /** of its public key; see `fingerprintOf` */
    fingerprint: z
      .string()
      .regex(FINGERPRINT, 'must be "SHA256:" and 43 letters, as xfrd fingerprint shows it on the peer')
      .exactOptional(),
    /** instead: any key that one of the authorities has certified for this name */
    certificateName: z.string().regex(CERTIFICATE_NAME, 'must be the DNS name of one host').exactOptional(),
    /** what this host may call it by, besides its name: names and addresses */
    hosts: z.array(z.string().regex(HOST, 'must be host names or addresses')).default([]),
    /** whether it may send guests to this host */
    maySend: z.boolean().default(true),
    /** whether this host may send guests to it */
    mayReceive: z.boolean().default(true),
    /** which guests, by name, where * stands for any letters, or by UUID. @default all */
    domains: z.array(z.string().regex(DOMAIN, 'must be names, patterns or UUIDs')).exactOptional(),
    /** of each guest, and of what it may grow to */
    maxMemoryMib: z.int().min(RANGES.memoryMib.min).max(RANGES.memoryMib.max).exactOptional(),
    /** guests that it may be sending at the same time */
    maxConcurrent: z.int().min(0).max(RANGES.places.max).exactOptional(),
    /** folders of this host from which the kernels and ramdisks of its guests may be taken. @default as for all peers */
    kernels: z.array(z.string().regex(FOLDER, 'must be absolute paths of folders')).exactOptional(),
    /** whether a guest is refused whose kernel cannot be loaded here. @default as for all peers */
    requireKernels: z.boolean().exactOptional(),
    /** folders of this host in which the disks of its guests may be. @default as for all peers */
    disks: z.array(z.string().regex(FOLDER, 'must be absolute paths of folders')).exactOptional(),
    /** bridges of this host that its guests may join. @default as for all peers */
    bridges: z.array(z.string().regex(WORD, 'must be names')).exactOptional(),
    /** hotplug scripts that its guests may name: names in /etc/xen/scripts, or paths. @default as for all peers */
    scripts: z.array(z.string().regex(WORD, 'must be names or paths')).exactOptional(),
    /** driver domains that may serve its guests. @default as for all peers */
    backends: z.array(z.string().regex(WORD, 'must be names of domains')).exactOptional(),
    /** folders that its guests may mount, or in which their channels have sockets. @default as for all peers */
    folders: z.array(z.string().regex(FOLDER, 'must be absolute paths of folders')).exactOptional(),
    /** addresses on which screens of its guests may wait for viewers. @default as for all peers */
    listen: z.array(z.string().regex(WORD, 'must be addresses')).exactOptional(),
    /** guests from it that may live on this host, with those on their way */
    maxDomains: z.int().min(0).max(RANGES.places.max).exactOptional(),
    /** what these may grow to, together */
    maxTotalMemoryMib: z.int().min(RANGES.memoryMib.min).max(RANGES.memoryMib.max).exactOptional(),
    /** whether guests may run on while they are copied */
    live: z.boolean().default(true),
  })
  .refine(
    ({ fingerprint, certificateName }) => (fingerprint === undefined) !== (certificateName === undefined),
    'must have either a fingerprint or a certificateName',
  );

/** A host that is known here. */
export type Peer = { readonly name: string } & Readonly<z.output<typeof peerSchema>>;

/** The settings of one; see `peerSchema` for the defaults. */
export type PeerSettings = Partial<Omit<z.input<typeof peerSchema>, 'hosts'>> & {
  readonly hosts?: readonly string[];
};
