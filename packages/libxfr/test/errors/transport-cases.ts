import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { listen } from '../../src/listener/listen.ts';
import { sendToPeer } from '../../src/source/send.ts';
import { Admission } from '../../src/target/admission.ts';
import { FakeSource } from '../../src/testing/fake-source.ts';
import { FakeTarget } from '../../src/testing/fake-target.ts';
import { PREAMBLE } from '../../src/testing/raw-peer.ts';
import { connectPeer } from '../../src/transport/connect-peer.ts';
import { connectTls } from '../../src/transport/tls/connect-tls.ts';
import { descriptorConnection } from '../../src/transport/descriptors.ts';
import { parsePeerAddress } from '../../src/transport/peer-address.ts';
import { connectSsh } from '../../src/transport/ssh.ts';
import { KEYS } from '../../src/transport/testing/test-keys.ts';
import { TlsHost } from '../../src/transport/testing/tls-host.ts';
import { rejection, SOURCE_RUNS, thrownBy, type ErrorCase } from './case.ts';

const A = new TlsHost('a', { knows: ['b'] });
const LIMITS = { connectMs: patient(30_000), handshakeMs: patient(30_000) };

/** Calls a foreign server over TLS. */
async function calling(server: Server): Promise<VmToolsError> {
  server.on('connection', (socket: Socket) => socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const error = await rejection(connectTls({ host: '127.0.0.1', port }, A, LIMITS));
  server.close();
  return error;
}

/** The error of a listener of ours with TLS for a caller that begins like this. */
async function called(first: Buffer): Promise<VmToolsError> {
  const { promise, resolve } = Promise.withResolvers<VmToolsError>();
  await using listener = await listen({
    port: 0,
    tls: A,
    makeTarget: () => new FakeTarget(),
    onEvent: (event) => event.type === 'failed' && resolve(event.error),
  });
  const socket = connect(listener.port, '127.0.0.1').on('error', () => undefined);
  socket.resume().end(first);
  const error = await promise;
  socket.destroy();
  return error;
}

/** What a listener says that has room for one connection and gets a second. */
async function crowded(): Promise<VmToolsError> {
  const { promise, resolve } = Promise.withResolvers<VmToolsError>();
  const admission = new Admission();
  admission.lobby.limits = { unknown: 1, perAddress: 1, perPeer: 1 };
  await using listener = await listen({
    port: 0,
    admission,
    makeTarget: () => new FakeTarget(),
    onEvent: (event) => event.type === 'failed' && resolve(event.error),
  });
  const sockets = [1, 2].map(() =>
    connect(listener.port, '127.0.0.1')
      .on('error', () => undefined)
      .resume(),
  );
  const error = await promise;
  for (const socket of sockets) socket.destroy();
  return error;
}

/** A record of a handshake that holds nonsense. */
const NO_HANDSHAKE = Buffer.from('16030100050100000100', 'hex');

/** What keeps two ends from coming together. */
export const transportCases: readonly ErrorCase[] = [
  {
    code: 'XFR_CROWDED',
    when: 'more wait than there is room for',
    cause: crowded,
    ...{ kind: 'resource', retry: 'safe', side: 'target', phase: 'connecting' },
  },
  {
    code: 'XFR_TLS_PLAIN',
    when: 'the target does not speak TLS',
    cause: () => calling(createServer((socket) => socket.write(PREAMBLE))),
    ...{ kind: 'peer', retry: 'after-fix' },
  },
  {
    code: 'XFR_TLS_PLAIN',
    when: 'the source does not speak TLS',
    cause: () => called(PREAMBLE),
    ...{ kind: 'peer', retry: 'after-fix', side: 'target', phase: 'connecting' },
  },
  {
    code: 'XFR_TLS_VERSION',
    when: 'the target speaks only TLS 1.2',
    cause: () => calling(createTlsServer({ ...KEYS.b, maxVersion: 'TLSv1.2' })),
    ...{ kind: 'peer', retry: 'after-fix' },
  },
  {
    code: 'XFR_TLS',
    when: 'the source begins like TLS and goes on with something else',
    cause: () => called(NO_HANDSHAKE),
    ...{ kind: 'peer', retry: 'after-fix', side: 'target', phase: 'connecting' },
  },
  {
    code: 'XFR_PEER_UNCHECKED',
    when: 'the target cannot read which peers it trusts; it is the cause of what the source is told',
    cause: () => {
      const checkPeer = (): Promise<never> => Promise.reject(new Error('no such folder'));
      return toldByTarget(checkPeer);
    },
    ...{ kind: 'failure', retry: 'after-fix', side: 'target' },
  },
  {
    code: 'XFR_PEER_UNKNOWN',
    when: 'the target knows no peer of that key; it is the cause of what the source is told',
    cause: () => {
      const checkPeer = (): Promise<never> =>
        Promise.reject(
          new VmToolsError({
            code: 'TEST_OTHER_KEY',
            kind: 'peer',
            message: 'a is known with the key SHA256:1',
            details: { isStranger: true, fingerprint: 'SHA256:2', name: 'a' },
          }),
        );
      return toldByTarget(checkPeer);
    },
    ...{ kind: 'peer', retry: 'after-fix', side: 'target' },
  },
  {
    code: 'XFR_INSECURE',
    when: 'it was not allowed in the clear',
    cause: () =>
      rejection(
        sendToPeer(new FakeSource(), () => connectPeer(parsePeerAddress('tcp://b'), { tls: () => A })),
      ),
    ...{ kind: 'usage', retry: 'after-fix', side: 'source', phase: 'connecting', guest: SOURCE_RUNS },
  },
  {
    code: 'XFR_SSH',
    when: 'ssh fails',
    cause: () => {
      const ssh = ['/bin/sh', '-c', 'exit 255'];
      const address = { transport: 'ssh', host: 'b', program: 'xfrd' } as const;
      return rejection(
        sendToPeer(new FakeSource(), (signal) =>
          connectSsh(address, { connectMs: patient(30_000), ssh, signal }),
        ),
      );
    },
    ...{ kind: 'peer', retry: 'after-fix', side: 'source', phase: 'connecting', guest: SOURCE_RUNS },
  },
  {
    code: 'XFR_ENDPOINT_SYNTAX',
    when: 'an address is none',
    cause: () => thrownBy(() => parsePeerAddress('a b')),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_ENDPOINT_TRANSPORT',
    when: 'a transport is not known',
    cause: () => thrownBy(() => parsePeerAddress('gopher://b')),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_DESCRIPTOR',
    when: 'a descriptor is not open',
    cause: () => thrownBy(() => descriptorConnection({ read: 9999, write: 9999 })),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_LISTEN',
    when: 'the address is not one of this machine',
    cause: () => rejection(listen({ host: '203.0.113.1', makeTarget: () => new FakeTarget() })),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
];

/** What a target that looks at its peers in this way tells the source. */
async function toldByTarget(checkPeer: () => Promise<never>): Promise<VmToolsError> {
  await using listener = await listen({
    port: 0,
    tls: { credentials: KEYS.b, checkPeer },
    makeTarget: () => new FakeTarget(),
  });
  const { port } = listener;
  const connection = (): ReturnType<typeof connectTls> => connectTls({ host: '127.0.0.1', port }, A, LIMITS);
  return (await rejection(sendToPeer(new FakeSource(), connection))).cause as VmToolsError;
}
