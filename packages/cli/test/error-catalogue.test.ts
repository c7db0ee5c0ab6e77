import { beforeAll, describe, expect, test } from '@jest/globals';
import { retryOf, type FailureKind } from '@vm-tools/errors';
import { EXIT } from '../src/command/exit-codes.ts';
import { codePlaces, readPage, textOfTests, type CodePlace } from './error-codes.ts';

/** Codes that no test causes. */
const NOT_CAUSED: readonly string[] = [
  'CONSOLE_FAILED', // a pty that fails in another way than by its end
  'DOMAIN_NO_CONSOLE', // takes a host without xenconsoled, and ten seconds
  'HOST_CLOSE', // is only logged
  'LIBC_MISSING', // an installation without koffi
  'MONITOR_SILENT', // is only the inside of a question
  'XEN_HELPER_FAILED', // a defect of the helper process
  'XEN_KOFFI_MISSING', // an installation without koffi
  'XEN_SIM_PTY', // a machine without ptys
  'XEN_SIM_SOCKET', // a folder that changes under the host
  'XEN_SIM_START', // takes a machine on which nothing can be started
  'XEN_SIM_STOP', // a host that does not end, and as long a wait
];

/** Codes whose hint does not stand beside them. */
const HINT_ELSEWHERE: readonly string[] = [
  'HOST_CLOSE', // is only logged
  'INTERRUPTED', // is what the user wanted; a transfer adds one
  'XEN_LIBRARY_MISMATCH', // given by `attempt`
  'XEN_LIBRARY_MISSING',
  'XFR_LATE', // is only the cause of others
  'XFR_PEER_ABORTED', // that of the peer, or one of `peerError`
  'XFR_PEER_REJECTED',
  'XFR_TARGET_START_FAILED',
];

interface Row {
  readonly kinds: string;
  readonly doing: string;
}

let places: readonly CodePlace[];
let codes: readonly string[];
let page: string;
let rows: ReadonlyMap<string, Row>;

beforeAll(async () => {
  places = await codePlaces();
  codes = [...new Set(places.map(({ code }) => code))].sort();
  page = await readPage('docs/errors.md');
  const cells = page.split('\n').flatMap((line) => {
    const [, code, means, kinds = '', guest, doing = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const name = /^`([A-Z][A-Z0-9_]+)`$/.exec(code ?? '')?.[1];
    if (name === undefined) return [];
    expect([name, means, guest]).not.toContain('');
    return [[name, { kinds, doing }] as const];
  });
  rows = new Map(cells);
  expect(rows.size).toBe(cells.length); // each once
});

describe('docs/errors.md', () => {
  test('has every code of the sources, and no other', () => {
    expect([...rows.keys()].sort()).toEqual(codes);
  });

  test('says of each what to do', () => {
    expect([...rows].filter(([, { doing }]) => doing === '')).toEqual([]);
  });

  test('has the exit status and the advice on trying again of every kind', () => {
    for (const kind of Object.keys(EXIT) as FailureKind[]) {
      expect(page).toMatch(new RegExp(`^\\| \`${kind}\` +\\| ${EXIT[kind]} +\\| \`${retryOf(kind)}\` `, 'm'));
    }
    for (const { kinds } of rows.values()) {
      for (const [, kind = '', status] of kinds.matchAll(/(?<!retry )`([a-z-]+)`( \d+)?/g)) {
        expect([kind, Number(status)]).toEqual([kind, EXIT[kind as FailureKind]]);
      }
    }
  });

  test('has the kinds that the sources give, and the advice where it is another than that of the kind', () => {
    const missing = places.flatMap(({ code, object }) => {
      const [, kind, retry] = /\bkind: '([a-z-]+)',(?:\s*retry: '([a-z-]+)')?/.exec(object) ?? [];
      if (kind === undefined || !object.includes(`code: '${code}'`)) return [];
      const wanted = [`\`${kind}\``, ...(retry === undefined ? [] : [`retry \`${retry}\``])];
      return wanted.filter((text) => !rows.get(code)?.kinds.includes(text)).map((text) => `${code}: ${text}`);
    });
    expect(missing).toEqual([]);
  });
});

test('every code has a hint', async () => {
  const tables = places.map(({ object }) => object).join('\n');
  const hasHint = (code: string): boolean =>
    places.some((place) => place.code === code && /\bhint\b/.test(place.object)) ||
    new RegExp(`^  ${code}: '`, 'm').test(tables);
  expect(codes.filter((code) => !code.includes('_W_') && !hasHint(code))).toEqual(HINT_ELSEWHERE);
});

test('every code is caused in a test', async () => {
  const tests = await textOfTests();
  const isCaused = (code: string): boolean => new RegExp(`\\b${code}\\b`).test(tests);
  expect(codes.filter((code) => !isCaused(code))).toEqual(NOT_CAUSED);
});
