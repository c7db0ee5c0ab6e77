import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Xen } from '@vm-tools/xc-native';
import { remoteXen } from '@vm-tools/xen-wire';
import { serveXen } from '@vm-tools/xen-wire/server';
import { verdictOf } from '../expect-error.ts';
import { bottomless, damagedJson } from '../mutate/json.ts';
import { damaged } from '../mutate/bytes.ts';
import { oneWay } from '../one-way.ts';
import type { Random } from '../random.ts';
import { must, type Target } from '../target.ts';

/** Errors of calls come from the other end, and may have any. */
const CODES = /^[A-Z][A-Z0-9_]*$/;
const LIMITS = { helloMs: 1000, shortCallMs: 1000 };
const VERSION = { major: 4, minor: 17, extra: '.7' };

const CLIENT_SAYS: readonly object[] = [
  { xenWire: 1 },
  { type: 'call', id: 1, call: 'domainPause', args: [7] },
  { type: 'call', id: 2, call: 'domainGetinfolist', args: [] },
  { type: 'call', id: 3, call: 'hvmParamSet', args: [7, 17, { $bigint: '1045503' }] },
  { type: 'answer', id: 2, decision: 'continue' },
  { type: 'refuse', id: 2, error: { code: 'X', kind: 'failure', message: 'no', cause: { message: 'why' } } },
  { type: 'abort', id: 1 },
];

const SERVER_SAYS: readonly object[] = [
  { xenWire: 1, version: VERSION },
  { type: 'log', id: 1, line: 'xc: error' },
  { type: 'failed', id: 1, error: { code: 'X', kind: 'failure', message: 'no', cause: { message: 'why' } } },
  { type: 'done', id: 2, result: { $bigint: '12' } },
  { type: 'done', id: 1 },
];

/** A server that other processes of this host call Xen through: it answers, or hangs up. */
export const wireServerTarget: Target = {
  name: 'xen-wire server',
  group: 'frames',
  weight: 2,
  make: (random) => said(random, CLIENT_SAYS),
  async feed(input) {
    const server = serveXen(IDLE_XEN, LIMITS);
    const [ours, theirs] = duplexPair();
    ours.on('error', () => undefined);
    theirs.on('close', () => ours.push(null));
    server.accept(theirs);
    const said = text(ours);
    for (const chunk of input) ours.write(chunk);
    for (let turns = 4; turns > 0; turns -= 1) await new Promise(setImmediate);
    ours.end();
    const answers = (await said).split('\n').slice(0, -1);
    await server.close();
    for (const answer of answers) must(typeof JSON.parse(answer) === 'object', 'an answer is no message');
    return answers.length > 1 ? 'accepted' : 'closed';
  },
};

/** A client of one that has gone mad: each call comes to an end. */
export const wireClientTarget: Target = {
  name: 'xen-wire client',
  group: 'frames',
  weight: 2,
  make: (random) => said(random, SERVER_SAYS),
  feed(input) {
    const call = async (): Promise<void> => {
      const xen = await remoteXen(() => Promise.resolve(oneWay(input)), LIMITS);
      try {
        await Promise.all([xen.domainPause(7), xen.domainGetinfolist()]);
      } finally {
        await xen.close();
      }
    };
    return verdictOf(call, { codes: CODES });
  },
};

/** A Xen of which every call succeeds, and gives nothing. */
const IDLE_XEN = new Proxy(
  { version: VERSION },
  { get: (target, name) => (name === 'version' ? target.version : () => Promise.resolve(undefined)) },
) as unknown as Xen;

/** Lines of JSON, one of them another one. */
function said(random: Random, lines: readonly object[]): Buffer[] {
  const at = random.below(lines.length);
  const other = random.oneIn(500) ? bottomless(random) : damagedJson(random, lines[at]);
  const all = lines.map((line, index) => (index === at ? other : Buffer.from(JSON.stringify(line))));
  const text = Buffer.concat(all.flatMap((line) => [line, Buffer.from('\n')]));
  return [random.oneIn(4) ? damaged(random, text) : text];
}
