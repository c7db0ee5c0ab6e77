import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectPlain, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { expect } from '@jest/globals';
import { domainConfigSchema, toLibxlJson } from '@vm-tools/libdomain';
import { createGuest } from '@vm-tools/libdomain/testing';
import { encodePreamble, FakeSource, frame, VERSIONS } from '@vm-tools/libxfr/testing';
import { patient } from '@vm-tools/ratelimit/testing';
import { trustFolder, trustPeer } from '@vm-tools/trust';
import { createTestHost, type TestHost as Identified } from '@vm-tools/trust/testing';
import { trustEachOther } from '@vm-tools/trust/testing';
import {
  configureXfrd,
  result,
  startXfrd,
  testOnTwoHosts,
  until,
  type RunningXfrd,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

const inSeconds = (ms: number): number => Math.ceil(patient(ms) / 1000);
/** As short as two hundred at once can keep them on a busy machine, in seconds. */
const TIMEOUTS = { handshake: inSeconds(12_000), inactivity: inSeconds(15_000), answer: inSeconds(18_000) };
/** Not even a preamble is whole in time if it comes by a byte so often. */
const DRIP_MS = (1000 * TIMEOUTS.handshake) / 8;
/** All of them come from one address, and most are one peer. */
const ROOM_FOR_ALL = '[connections]\nunknown = 400\nper-address = 400\nper-peer = 400\n';
/** All of them are over by then. */
const LIMIT_MS = 1000 * (TIMEOUTS.handshake + TIMEOUTS.inactivity + TIMEOUTS.answer) + patient(30_000);
const MIB = 1024;
/** The memory that so many connections may take while they are there, and that they may leave. */
const MOST_MIB = 160;
const MOST_LEFT_MIB = 64;
/**
 * V8 lets the young generation of a busy process grow to 48 MiB before it collects, with nothing left in it. The
 * receiver has such a limit anyway; with one for the keeper, too, the figures are of what is kept.
 */
const SMALL_YOUNG = 'NODE_OPTIONS=--max-semi-space-size=2';

const DAY_MS = 86_400_000;
const PREAMBLE = encodePreamble(VERSIONS);
/** One that all simulated hosts have, and may start guests with. */
let kernel = '';
/** A domain that could be taken, each time another one. */
function hello(): Buffer {
  const uuid = randomUUID();
  const name = `web-${uuid.slice(0, 8)}`;
  const config = domainConfigSchema.parse({ name, uuid, type: 'pvh', kernel, memoryKib: 4096 });
  const offer = { name, uuid, type: 'pvh', config: JSON.parse(toLibxlJson(config)) as unknown };
  const memory = { memoryBytes: 2 ** 22, maxMemoryBytes: 2 ** 22 };
  const id = randomUUID().replaceAll('-', '');
  return frame('HELLO', { id, epoch: 1, offer: { ...new FakeSource().offer, ...offer, ...memory } });
}

interface Identities extends AsyncDisposable {
  /** may send what it likes */
  readonly known: Identified;
  /** may send no guest of that name */
  readonly limited: Identified;
  readonly expired: Identified;
  readonly unknown: Identified;
}

/** How a peer behaves, once there is a connection. */
type Manners = (stream: Duplex) => unknown;

interface Hostile {
  readonly what: string;
  /** the error of xfrd, as it logs it */
  readonly code: string;
  /** the answer that it gets instead: all strangers get the same one */
  readonly told?: string;
  /** Whether it can be told, too: not before there is a connection over which. */
  readonly hears: boolean;
  /** undefined for a caller that does not speak TLS */
  readonly as: keyof Identities | 'nobody' | undefined;
  readonly manners: Manners;
}

const nothing: Manners = () => undefined;
/** The bytes that it sends, or how they are made: no two peers offer the same domain. */
type Said = Uint8Array | (() => Uint8Array);
const bytesOf = (said: Said): Uint8Array => (typeof said === 'function' ? said() : said);
const says =
  (...all: readonly Said[]): Manners =>
  (stream) => {
    for (const said of all) stream.write(bytesOf(said));
  };
/** A byte now and then, for ever. */
const drips =
  (said: Said, ...before: readonly Said[]): Manners =>
  (stream) => {
    says(...before)(stream);
    const bytes = bytesOf(said);
    let at = 0;
    const timer = setInterval(
      () => stream.write(bytes.subarray(at % bytes.length, (at++ % bytes.length) + 1)),
      DRIP_MS,
    );
    stream.on('close', () => clearInterval(timer));
  };
/** A frame with one byte now and then: each of them is whole. */
const dripsData: Manners = (stream) => {
  says(PREAMBLE, hello)(stream);
  const timer = setInterval(() => stream.write(frame('DATA', Buffer.from('x'))), DRIP_MS);
  stream.on('close', () => clearInterval(timer));
};

const other = (version: number): Manners => says(encodePreamble({ oldest: version, newest: version }));
const clientHello = Buffer.from('16030100f8010000f4', 'hex');

const SILENT = { code: 'XFR_PEER_SILENT', hears: true, as: 'known' } as const;
const PROTOCOL = { code: 'XFR_PROTOCOL', hears: true, as: 'known' } as const;

const HOSTILE: readonly Hostile[] = [
  {
    what: 'has no certificate',
    code: 'XFR_PEER_NO_CERTIFICATE',
    told: 'XFR_PEER_UNKNOWN',
    hears: true,
    as: 'nobody',
    manners: nothing,
  },
  { what: 'is unknown', code: 'XFR_PEER_UNKNOWN', hears: true, as: 'unknown', manners: nothing },
  { what: 'has expired', code: 'XFR_PEER_EXPIRED', hears: true, as: 'expired', manners: nothing },
  {
    what: 'may not send this domain',
    code: 'XFR_PEER_NOT_ALLOWED',
    hears: true,
    as: 'limited',
    manners: says(PREAMBLE, hello),
  },
  { what: 'speaks an older protocol', ...SILENT, code: 'XFR_PROTOCOL_OLDER', manners: other(1) },
  { what: 'speaks a newer protocol', ...SILENT, code: 'XFR_PROTOCOL_NEWER', manners: other(99) },
  { what: 'connects and says nothing', ...SILENT, hears: false, as: undefined, manners: nothing },
  {
    what: 'stalls within the TLS handshake',
    ...SILENT,
    hears: false,
    as: undefined,
    manners: says(clientHello),
  },
  { what: 'stalls behind it', ...SILENT, manners: nothing },
  { what: 'stalls before its offer', ...SILENT, manners: says(PREAMBLE) },
  { what: 'stalls within its offer', ...SILENT, manners: says(PREAMBLE, () => hello().subarray(0, 200)) },
  {
    what: 'stalls within its data',
    ...SILENT,
    manners: says(PREAMBLE, hello, frame('DATA', Buffer.alloc(9)).subarray(0, 12)),
  },
  {
    what: 'sends a byte now and then of TLS',
    ...SILENT,
    hears: false,
    as: undefined,
    manners: drips(clientHello),
  },
  { what: 'sends a byte now and then of its preamble', ...SILENT, manners: drips(PREAMBLE) },
  { what: 'sends a byte now and then of its offer', ...SILENT, manners: drips(hello, PREAMBLE) },
  { what: 'sends a frame of one byte now and then', ...SILENT, code: 'XFR_PEER_SLOW', manners: dripsData },
  {
    what: 'sends garbage for TLS',
    code: 'XFR_TLS_PLAIN',
    hears: true,
    as: undefined,
    manners: says(Buffer.alloc(4000, 0x55)),
  },
  {
    what: 'sends garbage within TLS',
    ...PROTOCOL,
    code: 'XFR_PROTOCOL_MAGIC',
    manners: says(Buffer.alloc(4000, 0x55)),
  },
  { what: 'sends garbage for an offer', ...PROTOCOL, manners: says(PREAMBLE, Buffer.alloc(4000, 0x55)) },
  {
    what: 'sends a huge frame',
    ...PROTOCOL,
    manners: says(PREAMBLE, Buffer.from('01000000ffffffff', 'hex')),
  },
  {
    what: 'sends JSON without end',
    ...PROTOCOL,
    manners: says(PREAMBLE, frame('HELLO', Buffer.from('['.repeat(200_000)))),
  },
];

async function identities(b: TestHost): Promise<Identities> {
  const past = { validDays: 1, now: () => Date.now() - 10 * DAY_MS };
  const [known, limited, expired, unknown] = await Promise.all([
    createTestHost('known'),
    createTestHost('limited'),
    createTestHost('expired', past),
    createTestHost('unknown'),
  ]);
  const folder = trustFolder(b.simulated.root);
  for (const { name, identity } of [known, limited, expired]) {
    const rules = name === 'limited' ? { domains: ['db-*'] } : {};
    await trustPeer(folder, name, { fingerprint: identity.fingerprint, ...rules });
  }
  return {
    known,
    limited,
    expired,
    unknown,
    [Symbol.asyncDispose]: async () => {
      for (const host of [known, limited, expired, unknown]) await host[Symbol.asyncDispose]();
    },
  };
}

interface Met {
  readonly hostile: Hostile;
  /** what xfrd calls it: "127.0.0.1:4711" */
  readonly address: string;
  /** the code that it was told */
  readonly heard: string | undefined;
  readonly tookMs: number;
}

/** Behaves like that until the other end has hung up. */
async function meet(
  hostile: Hostile,
  endpoint: string,
  all: Identities,
  onConnect: () => void = () => undefined,
): Promise<Met> {
  const { hostname: host, port } = new URL(endpoint);
  const beganAt = performance.now();
  const socket = connectPlain({ host, port: Number(port) });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  onConnect();
  const address = `127.0.0.1:${socket.localPort}`;
  const stream = hostile.as === undefined ? socket : secured(socket, hostile.as, all);
  stream.on('error', () => undefined);
  let said = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => (said = Buffer.concat([said, chunk])));
  const closed = new Promise((resolve) => stream.once('close', resolve));
  stream.once('end', () => stream.destroy());
  hostile.manners(stream);
  await closed;
  return { hostile, address, heard: codeIn(said), tookMs: performance.now() - beganAt };
}

/** Data written to it waits for the handshake; if that is cut off, it closes. */
function secured(socket: Socket, as: keyof Identities | 'nobody', all: Identities): Duplex {
  const own = as === 'nobody' ? {} : all[as as 'known'].trust.credentials;
  const { key, cert } = own as { key?: string; cert?: string };
  return connectTls({
    socket,
    ...(key === undefined || cert === undefined ? {} : { key, cert }),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: false,
  });
}

/** Of the error that ABORT or REJECT carries. */
function codeIn(said: Buffer): string | undefined {
  return /"code":"([A-Z_]+)"/.exec(said.toString('latin1'))?.[1];
}

function isRefusedAtOnce({ code }: Hostile): boolean {
  return code !== 'XFR_PEER_SILENT' && code !== 'XFR_PEER_SLOW';
}

/** The answer that it must get. */
function toldTo({ hears, told, code }: Hostile): string | undefined {
  return hears ? (told ?? code) : undefined;
}

/** The log of xfrd about a connection. */
function loggedFor(xfrd: RunningXfrd, address: string): string | undefined {
  const lines = xfrd
    .log()
    .split('\n')
    .filter((line) => line.includes(`"${address}"`) && line.includes('"code"'));
  return lines.length === 0 ? undefined : (JSON.parse(lines[0]!) as { code: string }).code;
}

/** Of xfrd and the processes that it has started, MiB. */
async function memoryMib(xfrd: RunningXfrd): Promise<number> {
  const pids = [...xfrd.log().matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
  const sizes = [...new Set(pids)].map(async (pid) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / MIB;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function startHostileTo(b: TestHost): Promise<RunningXfrd> {
  ({ kernel } = b.simulated);
  const lines = Object.entries(TIMEOUTS).map(([name, seconds]) => `${name} = ${seconds}\n`);
  await configureXfrd(b, `max-concurrent = 100\n${ROOM_FOR_ALL}[timeouts]\n${lines.join('')}`);
  return startXfrd(b, '', 'tls', SMALL_YOUNG);
}

testOnTwoHosts(
  'each hostile peer gets an error of its own, in time, and both ends have the same one',
  async (a, b) => {
    await trustEachOther(a.simulated, b.simulated);
    await using all = await identities(b);
    await using xfrd = await startHostileTo(b);
    const met = await Promise.all(HOSTILE.map((hostile) => meet(hostile, xfrd.endpoint, all)));
    await until(() => met.every(({ address }) => loggedFor(xfrd, address) !== undefined), 'all in the log');
    expect(
      met.map(({ hostile: { what }, address, heard }) => [what, loggedFor(xfrd, address), heard]),
    ).toEqual(HOSTILE.map((each) => [each.what, each.code, toldTo(each)]));
    expect(Math.max(...met.map(({ tookMs }) => tookMs))).toBeLessThan(LIMIT_MS);
  },
);

testOnTwoHosts('two hundred at once leave xfrd serving a good one, in bounded memory', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await using all = await identities(b);
  await createGuest(a, 'good');
  await using xfrd = await startHostileTo(b);
  // What a first refusal loads is no peer's doing.
  await Promise.all(HOSTILE.filter(isRefusedAtOnce).map((hostile) => meet(hostile, xfrd.endpoint, all)));
  const before = await memoryMib(xfrd);
  const peers = Array.from({ length: 200 }, (_, index) => HOSTILE[index % HOSTILE.length]!);
  let most = 0;
  const watching = setInterval(() => void memoryMib(xfrd).then((now) => (most = Math.max(most, now))), 100);
  let isServed = false;
  let come = 0;
  /**
   * A peer that has been sent away comes back, until the good one is through; but not those that are sent away at once.
   */
  const meetAgain = async (hostile: Hostile): Promise<Met> => {
    const met = await meet(hostile, xfrd.endpoint, all, () => (come += 1));
    return isServed || met.tookMs < 1000 ? met : meetAgain(hostile);
  };
  const met = Promise.all(peers.map(meetAgain));
  try {
    await until(() => come >= peers.length, 'that they have come');
    await result(a, `vm-migrate good ${xfrd.endpoint} --timeout ${inSeconds(120_000)}`);
    isServed = true;
    const others = (await met).filter(({ hostile, heard }) => hostile.hears && heard !== toldTo(hostile));
    expect(others.map(({ hostile: { what }, heard }) => [what, heard])).toEqual([]);
  } finally {
    clearInterval(watching);
  }
  const after = await memoryMib(xfrd);
  expect(most - before).toBeLessThan(MOST_MIB);
  expect(after - before).toBeLessThan(MOST_LEFT_MIB);
});
