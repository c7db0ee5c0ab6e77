import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { NO_COLOURS } from './colours.ts';
import { asVmToolsError, renderError } from './render-error.ts';

const render = (error: VmToolsError, verbosity = 0): string =>
  renderError(error, { program: 'vm-save', verbosity, colours: NO_COLOURS });

const error = new VmToolsError({
  code: 'SAVE_FAILED',
  message: 'no space left on /var',
  hint: 'free some',
  guest: { domid: 3, state: 'still running here' },
  log: Array.from({ length: 30 }, (_, index) => `line ${index}`),
  leftovers: ['/var/x.partial'],
  details: { call: 'write' },
  cause: new Error('ENOSPC'),
});

describe('renderError', () => {
  test('shows what matters by default', () => {
    expect(render(error)).toBe(
      [
        'vm-save: no space left on /var [SAVE_FAILED]',
        'guest: domid 3: still running here',
        'left behind: /var/x.partial',
        'hint: free some',
      ].join('\n'),
    );
  });

  test('shows the end of the log of libxc with -v', () => {
    const text = render(error, 1);
    expect(text).toContain('libxc: line 29');
    expect(text).toContain('libxc: line 10\n');
    expect(text).not.toContain('libxc: line 9\n');
    expect(text).not.toContain('ENOSPC');
  });

  test('shows with -v which end says it, whether to try again, and the log of the other end', () => {
    const theirs = new VmToolsError({
      code: 'XEN_NO_MEMORY',
      message: 'no memory',
      side: 'target',
      log: ['xc: there'],
    });
    const ours = new VmToolsError({
      code: 'XFR_PEER_ABORTED',
      kind: 'resource',
      message: 'the target gave up: no memory',
      side: 'source',
      phase: 'precopy',
      log: ['xc: here'],
      cause: theirs,
    });
    expect(render(ours, 1).split('\n').slice(1)).toEqual([
      'failed: on the source, precopy; trying again: safe',
      'libxc: xc: here',
      'libxc on the target: xc: there',
    ]);
  });

  test('shows causes, details and stacks with -vv', () => {
    const text = render(error, 2);
    expect(text).toContain('details: {"call":"write"}');
    expect(text).toContain('caused by: Error: ENOSPC\n    at ');
  });

  test('ends although a cause leads back to itself', () => {
    const first = new Error('first');
    first.cause = first;
    expect(render(asVmToolsError(first, 'vm-save'), 2)).toContain('caused by: Error: first');
  });

  test('calls an unexpected error a defect', () => {
    expect(render(asVmToolsError(new TypeError('x is undefined'), 'vm-save'))).toBe(
      'vm-save: x is undefined [INTERNAL]\nhint: this looks like a defect of vm-tools; "vm-save -vv …" shows where it comes from',
    );
  });
});
