import type { ControlName } from '@vm-tools/libxfr/testing';

export const TRANSFER_ID = 'b'.repeat(32);

const error = {
  code: 'XEN_ENOMEM',
  kind: 'resource',
  message: 'no memory',
  hint: 'free some',
  side: 'target',
  log: ['xc: error: one', 'xc: error: two'],
  details: { errno: 12 },
  causes: [{ code: 'XEN_CALL_FAILED', kind: 'failure', message: 'xc_domain_restore failed' }],
};

export const OFFER = {
  name: 'web1',
  uuid: '0f0e0d0c-0b0a-0908-0706-050403020100',
  type: 'pvh',
  memoryBytes: 4096,
  maxMemoryBytes: 8192,
  vcpus: 2,
  live: true,
  xen: '4.17.7',
  config: { c_info: { name: 'web1', type: 'pvh' }, b_info: { max_memkb: 8, avail_vcpus: [0, 1] } },
};

/** A sample of each message of a transfer. */
export const MESSAGES: readonly (readonly [name: ControlName, body: object])[] = [
  ['HELLO', { id: TRANSFER_ID, epoch: 1, offer: OFFER }],
  ['ACCEPT', { epoch: 1 }],
  ['REJECT', { error }],
  ['EOS', { blake2b512: 'a'.repeat(128), bytes: 13 }],
  ['READY', { epoch: 1 }],
  ['GO', { id: TRANSFER_ID, epoch: 1 }],
  ['STATUS', { id: TRANSFER_ID, epoch: 1 }],
  ['RUNNING', { domid: 7, at: 1_760_000_000_000 }],
  ['FENCED', { error, tried: true }],
  ['PENDING', { error }],
  ['UNKNOWN', {}],
  ['BYE', {}],
  ['ABORT', { error }],
];

export const REMOTE_ERROR = error;
