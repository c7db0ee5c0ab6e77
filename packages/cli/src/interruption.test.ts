import { expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { EventEmitter } from 'node:events';
import { listenForInterruption } from './interruption.ts';

test('the first signal aborts, the next one does not wait, and afterwards no listener is left', () => {
  const source = new EventEmitter();
  const heard: string[] = [];
  {
    using interruption = listenForInterruption(source, {
      abort: ({ code, kind }: VmToolsError) => heard.push(`abort ${code} ${kind}`),
      onFirst: (signal) => heard.push(`first ${signal}`),
      onSecond: (signal) => heard.push(`second ${signal}`),
    });
    expect(interruption.received).toBeUndefined();
    source.emit('SIGTERM');
    source.emit('SIGINT');
    expect(interruption.received).toBe('SIGTERM');
  }
  expect(heard).toEqual(['first SIGTERM', 'abort INTERRUPTED interrupted', 'second SIGINT']);
  expect(source.eventNames()).toEqual([]);
});

test('a daemon is told of SIGHUP, which ends nothing then', () => {
  const source = new EventEmitter();
  const heard: string[] = [];
  const note = (what: string) => () => heard.push(what);
  using interruption = listenForInterruption(source, {
    abort: note('abort'),
    onFirst: note('first'),
    onSecond: note('second'),
  });
  interruption.onHangup(note('hangup'));
  source.emit('SIGHUP');
  source.emit('SIGHUP');
  expect(heard).toEqual(['hangup', 'hangup']);
  expect(interruption.received).toBeUndefined();
});
