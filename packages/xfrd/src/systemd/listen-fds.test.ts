import { expect, test } from '@jest/globals';
import { listenFds } from './listen-fds.ts';

test.each([
  [{ LISTEN_FDS: '2', LISTEN_PID: '7' }, [3, 4]],
  [{ LISTEN_FDS: '1', LISTEN_PID: '8' }, []], // for the process that has started this one
  [{ LISTEN_FDS: '-1', LISTEN_PID: '7' }, []],
  [{ LISTEN_FDS: '4096', LISTEN_PID: '7' }, []],
  [{ LISTEN_FDS: 'x', LISTEN_PID: '7' }, []],
  [{ LISTEN_FDS: '1' }, []],
  [{}, []],
])('%j', (environment, fds) => {
  expect(listenFds(environment, 7)).toEqual(fds);
});
