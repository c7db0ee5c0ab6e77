import { duplexPair, type Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { remoteXen } from '../index.ts';
import { serveXen, type XenServer } from '../server/index.ts';
import { asXen, DoubleXen } from '../testing/double-xen.ts';

const HELLO = '{"xenWire":1}\n';
const SERVER_HELLO = '{"xenWire":1,"version":{"major":4,"minor":17,"extra":".7"}}\n';

/** Listens until it has heard this. */
function heard(connection: Duplex, what: RegExp): Promise<RegExpExecArray> {
  const { promise, resolve } = Promise.withResolvers<RegExpExecArray>();
  let said = '';
  connection.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const match = what.exec(said);
    if (match !== null) resolve(match);
  });
  return promise;
}

describe('a server', () => {
  let double: DoubleXen;
  let server: XenServer;

  beforeEach(() => {
    double = new DoubleXen();
    server = serveXen(asXen(double), { helloMs: 50 });
  });
  afterEach(() => server.close());

  /** Writes these lines and ends; gives all that the server said until it closed the connection. */
  async function say(...chunks: (string | Uint8Array)[]): Promise<string> {
    const [ours, theirs] = duplexPair();
    theirs.on('close', () => ours.push(null));
    server.accept(theirs);
    for (const chunk of chunks) ours.write(chunk);
    return text(ours);
  }

  test.each([
    ['no JSON', 'GET / HTTP/1.1\r\n\r\n'],
    ['another protocol', '{"hello":"there"}\n'],
    ['a line that never ends', 'x'.repeat(5000)],
    ['nothing', ''],
    ['half a line', '{"xenWire":'],
    ['a token that is not known', '{"xenWire":1,"attach":"0"}\nbytes'],
  ])('closes a connection that begins with %s', async (_what, bytes) => {
    expect(await say(bytes)).toBe('');
  });

  test('says its own version to a client of another', async () => {
    expect(await say('{"xenWire":2,"more":true}\n{"type":"call"}\n')).toBe(SERVER_HELLO);
  });

  test.each([
    ['no JSON', 'domainPause(7)\n'],
    ['a message of no kind', '{"type":"please","id":1}\n'],
    ['a call that is none', '{"type":"call","id":1,"call":"constructor","args":[]}\n'],
    ['a call without a number', '{"type":"call","call":"domainPause","args":[7]}\n'],
    ['a line that never ends', 'x'.repeat(2 << 20)],
    ['JSON too deep to be read', `${'['.repeat(200_000)}${']'.repeat(200_000)}\n`],
  ])('closes a connection in which there is %s', async (_what, bytes) => {
    expect(await say(HELLO, bytes)).toBe(SERVER_HELLO);
    expect(double.calls).toEqual([]);
  });

  test('closes a connection with two calls of one number, and aborts them', async () => {
    double.answer = () => new Promise(() => undefined);
    const call = '{"type":"call","id":1,"call":"domainDestroy","args":[7]}\n';
    expect(await say(HELLO, call, call)).toContain('"type":"log"');
    await double.ended.promise;
  });

  test('pays no attention to answers without a question', async () => {
    const lines = [
      '{"type":"answer","id":5,"decision":"abort"}',
      '{"type":"abort","id":6}',
      '{"type":"refuse","id":7,"error":{"code":"X","kind":"failure","message":"no"}}',
      '{"type":"call","id":1,"call":"domainPause","args":[7]}',
    ];
    const [ours, theirs] = duplexPair();
    server.accept(theirs);
    ours.write(HELLO + lines.map((line) => `${line}\n`).join(''));
    const [said] = await heard(ours, /^.*"done".*$/s);
    expect(said).toBe(`${SERVER_HELLO}{"type":"done","id":1}\n`);
    ours.end();
  });

  test.each(['domainSave', 'domainRestore'] as const)(
    '%s ends when the connection for its bytes has gone before it is looked at',
    async (call) => {
      double.manner = 'flood';
      const spec =
        call === 'domainSave'
          ? '{"live":false,"asksPrecopy":false}'
          : '{"type":"pvh","storePort":1,"storeDomid":0,"consolePort":2,"consoleDomid":0}';
      const [ours, theirs] = duplexPair();
      server.accept(theirs);
      ours.write(`${HELLO}{"type":"call","id":1,"call":"${call}","args":[7,${spec}]}\n`);
      const [, token] = await heard(ours, /"token":"([^"]+)"/);
      const [data, theirData] = duplexPair();
      server.accept(theirData);
      data.write(`{"xenWire":1,"attach":"${token}"}\n`, () => theirData.destroy());
      expect(await double.ended.promise).toBeInstanceOf(Error);
      ours.destroy();
    },
  );

  test('survives whatever bytes come', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map((json) => Buffer.from(`${json}\n`)),
      fc
        .record({
          type: fc.constantFrom('call', 'answer', 'refuse', 'abort', '__proto__'),
          id: fc.oneof(fc.nat(3), fc.anything()),
          call: fc.constantFrom('domainSave', 'domainRestore', 'physinfo', 'close', 'version'),
          args: fc.array(fc.jsonValue()),
        })
        .map((message) => Buffer.from(`${JSON.stringify(message)}\n`)),
    );
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(bytes, { maxLength: 5 }), async (isPolite, chunks) => {
        const [ours, theirs] = duplexPair();
        ours.on('error', () => undefined).resume();
        server.accept(theirs);
        if (isPolite) ours.write(HELLO);
        for (const chunk of chunks) ours.write(chunk);
        ours.end();
        await new Promise(setImmediate);
        theirs.destroy();
      }),
      { numRuns: 200 },
    );
  });
});

describe('a client', () => {
  /** A server that says just this, whatever it is asked. */
  async function connectTo(...said: string[]): Promise<Duplex> {
    const [ours, theirs] = duplexPair();
    for (const chunk of said) theirs.write(chunk);
    theirs.resume();
    return ours;
  }
  const open = (...said: string[]): ReturnType<typeof remoteXen> =>
    remoteXen(() => connectTo(...said), { helloMs: 20 });

  test.each([
    ['of another version', 'XEN_WIRE_VERSION', '{"xenWire":2}\n'],
    ['that speaks another protocol', 'XEN_WIRE_PROTOCOL', 'SSH-2.0-OpenSSH\n'],
    ['that never ends its line', 'XEN_WIRE_PROTOCOL', 'x'.repeat(5000)],
    ['that has no Xen', 'XEN_WIRE_PROTOCOL', '{"xenWire":1}\n'],
    ['that is silent', 'XEN_WIRE_TIMEOUT', ''],
  ])('refuses a server %s', async (_what, code, said) => {
    await expect(open(said)).rejects.toMatchObject({ code });
  });

  test('can be stopped while it waits for a server that is silent', async () => {
    const opening = remoteXen(() => connectTo(), { signal: AbortSignal.timeout(1) });
    await expect(opening).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  test('gives up a server that says what makes no sense, with the cause', async () => {
    const xen = await open(SERVER_HELLO);
    await xen.close();
    const broken = await open(SERVER_HELLO, 'nonsense\n');
    await expect(broken.physinfo()).rejects.toMatchObject({
      code: 'XEN_WIRE_LOST',
      cause: { code: 'XEN_WIRE_PROTOCOL' },
    });
  });

  test('pays no attention to answers to what it has not asked', async () => {
    const [ours, theirs] = duplexPair();
    const opening = remoteXen(async () => ours);
    theirs.write(SERVER_HELLO);
    theirs.resume();
    const xen = await opening;
    const asked = xen.domainPause(7);
    theirs.write('{"type":"done","id":9}\n{"type":"log","id":9,"line":"x"}\n{"type":"done","id":1}\n');
    await expect(asked).resolves.toBeUndefined();
    await xen.close();
  });
});
