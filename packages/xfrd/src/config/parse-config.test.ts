import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { MAX_CONFIG_BYTES, parseConfig } from './parse-config.ts';

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../etc/xfrd.toml'), 'utf8');

function thrownBy(text: string): VmToolsError {
  try {
    parseConfig(text, 'xfrd.toml');
  } catch (thrown) {
    return thrown as VmToolsError;
  }
  throw new Error('it was accepted');
}

test('the example says what holds without it', () => {
  const { listen, timeouts, ...rest } = parseConfig(EXAMPLE, 'xfrd.toml');
  const { timeouts: unsaid, ...defaults } = parseConfig('', 'xfrd.toml');
  expect(rest).toEqual(defaults);
  expect(listen).toEqual([{ transport: 'tls', host: '0.0.0.0', port: 8002 }]);
  expect(unsaid).toEqual({});
  expect(timeouts).toEqual({
    'first-byte': 5000,
    handshake: 10_000,
    inactivity: 30_000,
    answer: 120_000,
    lease: 60_000,
  });
});

test('what the example has in comments will do, too', () => {
  const lines = EXAMPLE.split('\n').filter((line) => /^#[a-z-]+ = /.test(line));
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) {
    const [key = ''] = line.slice(1).split(' ');
    expect(parseConfig(line.slice(1), 'xfrd.toml')).toHaveProperty(key);
  }
});

test('all that can be said', () => {
  const text = `
    listen = "unix:///run/xfrd.sock"
    insecure = true
    max-concurrent = 9
    max-concurrent-per-peer = 9
    connections.per-peer = 100
    metrics = "http://[::1]:9100/metrics"
    bandwidth = { peer = "08:00,50M 20:00,off" }
    timeouts.lease = 1.5
  `;
  expect(parseConfig(text, 'xfrd.toml')).toMatchObject({
    listen: [{ transport: 'unix', path: '/run/xfrd.sock' }],
    insecure: true,
    'max-concurrent': 9,
    'max-concurrent-per-peer': 9,
    connections: { unknown: 256, 'per-address': 64, 'per-peer': 100 },
    metrics: { host: '::1', port: 9100 },
    bandwidth: { peer: [{ rate: 50 * 2 ** 20 }, { rate: Infinity }], host: [{ rate: Infinity }] },
    timeouts: { lease: 1500 },
  });
});

test('all that is wrong is reported at once, by its place', () => {
  const text =
    'max-concurrent = 0\nfoo = 1\n[timeouts]\nlease = "9999999d"\nbar = 2\n[bandwidth]\nhost = "zz"\n';
  const { problems } = thrownBy(text).details as unknown as { problems: { line: number; key: string }[] };
  expect(problems.map(({ line, key }) => [line, key])).toEqual([
    [1, 'max-concurrent'],
    [2, 'foo'],
    [4, 'timeouts.lease'],
    [5, 'timeouts.bar'],
    [7, 'bandwidth.host'],
  ]);
});

test.each([
  ['[timeouts]\nanswer = 90', 90_000],
  ['[timeouts]\nanswer = "90"', 90_000],
  ['[timeouts]\nanswer = "5m"', 300_000],
  ['[timeouts]\nanswer = "2500ms"', 2_500],
])('%j is %i ms', (text, ms) => {
  expect(parseConfig(text, 'xfrd.toml').timeouts.answer).toBe(ms);
});

test.each([
  [
    '[timeouts]\nanswer = "soon"',
    'timeouts.answer must be a number of seconds, or a time like "30s" or "5m"',
  ],
  ['[timeouts]\nanswer = "300ms"', 'timeouts.answer must be 1 s or more'],
  ['[timeouts]\nanswer = "2d"', 'timeouts.answer must be 86400 s or less'],
  ['[timeouts]\nanswer = 3000000', 'timeouts.answer must be 86400 s or less'],
  ['max-concurrent = 1001', 'max-concurrent must be 1000 or less'],
  ['listen = "b:70000"', '"b:70000" names no port from 1 to 65535'],
  ['[bandwidth]\nhost = "9999999T"', '"9999999T" is not a rate'],
])('%j is out of its range: %s', (text, message) => {
  expect(() => parseConfig(text, 'xfrd.toml')).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) }),
  );
});

test.each([
  ['listen = tls', 'CONFIG_SYNTAX', '1:10', 'key = value'],
  ['\nlisten = 8002', 'CONFIG_INVALID', '2:1', ''],
  ['listen = []', 'CONFIG_INVALID', '1:1', ''],
  ['listen = ["tls://a", "ssh://b"]', 'CONFIG_INVALID', '1:1', 'tls://ADDRESS'],
  ['insecure = "yes"', 'CONFIG_INVALID', '1:1', ''],
  ['# many\n  max-concurrent = 0', 'CONFIG_INVALID', '2:3', ''],
  ['max-concurent = 5', 'CONFIG_UNKNOWN_KEY', '1:1', 'did you mean "max-concurrent"?'],
  ['[bandwidth]\npeer = "1M"\nhost = "fast"', 'CONFIG_INVALID', '3:1', 'bytes per second'],
  ['[bandwidth]\nhosts = "1M"', 'CONFIG_UNKNOWN_KEY', '2:1', 'did you mean "host"?'],
  ['bandwidth = { transfer = "08:00" }', 'CONFIG_INVALID', '1:1', ''],
  ['bandwidth = "1M"', 'CONFIG_INVALID', '1:1', ''],
  ['[connections]\nperpeer = 1', 'CONFIG_UNKNOWN_KEY', '2:1', 'did you mean "per-peer"?'],
  ['[connections]\nunknown = 0', 'CONFIG_INVALID', '2:1', ''],
  ['[timeouts]\nlease = 3600', 'CONFIG_INVALID', '2:1', ''],
  ['[timeout]\nlease = 30', 'CONFIG_UNKNOWN_KEY', '1:1', 'did you mean "timeouts"?'],
  ['metrics = "http://0.0.0.0:9100"', 'CONFIG_INVALID', '1:1', 'http://127.0.0.1:PORT'],
  ['user = "0"', 'CONFIG_INVALID', '1:1', ''],
])('%j: %s at %s', (text, code, place, hint) => {
  const file = 'xfrd.toml';
  const [line, column] = place.split(':').map(Number);
  const parse = (): unknown => parseConfig(text, file);
  expect(parse).toThrow(VmToolsError);
  expect(parse).toThrow(
    expect.objectContaining({
      code,
      kind: 'usage',
      message: expect.stringContaining(`xfrd.toml:${place}: `),
      hint: expect.stringContaining(hint),
      details: expect.objectContaining({ file, line, column }),
    }),
  );
});

test('any text is read or refused', () => {
  const piece = fc.oneof(
    fc.constantFrom(...EXAMPLE.split('\n'), '[', ']', '"', '=', '{', '}', 'listen', '[bandwidth]', '[[x]]'),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom('\n', ' ', ''), (pieces, between) => {
      const text = pieces.join(between).slice(0, MAX_CONFIG_BYTES);
      try {
        parseConfig(text, 'xfrd.toml');
      } catch (thrown) {
        expect(thrown).toMatchObject({ kind: 'usage', code: expect.stringMatching(/^CONFIG_/) });
      }
    }),
  );
});
