import { expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import { PassThrough } from 'node:stream';
import { createMessages, type MessagesInit } from '../output/messages.ts';
import { showWork, type ShownWork } from './show-work.ts';

/** The stderr of what is done meanwhile. */
async function shown(
  init: Partial<MessagesInit> & { readonly tty?: boolean },
  doing: (work: ShownWork, clock: ManualClock, note: (text: string) => void) => Promise<void>,
): Promise<string> {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), {
    isTTY: init.tty === true,
    columns: 80,
  });
  const clock = new ManualClock();
  const messages = createMessages({ program: 'lab', ...init, stream });
  {
    using work = showWork(messages, clock);
    await doing(work, clock, messages.note);
  }
  expect([clock.pending, messages.around]).toEqual([0, undefined]);
  return String(stream.read() ?? '');
}

/** What a terminal has had in its last line, one after the other. */
const drawn = (text: string): string[] => text.split(/\r|\u001b\[K/).filter((part) => part !== '');

test('on a terminal the work that takes longer than a second is told of, with its time', async () => {
  const text = await shown({ tty: true }, async (work, clock) => {
    work.begin('building the guests');
    await clock.advance(999);
    work.end('building the guests');
    work.begin('building the image');
    await clock.advance(2500);
    work.end('building the image');
    await clock.advance(5000);
  });
  expect(drawn(text)).toEqual(['lab: building the image (1.0 s)', 'lab: building the image (2.0 s)']);
  expect(text.endsWith('\r\u001b[K')).toBe(true); // nothing of it stays
});

test('of what is done side by side the oldest is told of', async () => {
  const text = await shown({ tty: true }, async (work, clock) => {
    work.begin('one');
    await clock.advance(500);
    work.begin('other');
    await clock.advance(700);
    work.end('one');
    work.end('unknown');
    await clock.advance(1000);
  });
  expect(drawn(text)).toEqual(['lab: one (1.0 s)', 'lab: other (1.5 s)']);
});

test('what is said meanwhile has a line of its own', async () => {
  const text = await shown({ tty: true }, async (work, clock, note) => {
    work.begin('building');
    await clock.advance(1000);
    note('done with half of it');
  });
  expect(drawn(text)).toEqual([
    'lab: building (1.0 s)',
    'lab: done with half of it\n',
    'lab: building (1.0 s)',
  ]);
});

test.each([{ tty: false }, { tty: true, json: true }, { tty: true, quiet: true }])(
  'with %j there is nothing of it',
  async (init) => {
    const text = await shown(init, async (work, clock) => {
      work.begin('building');
      await clock.advance(60_000);
    });
    expect(text).toBe('');
  },
);
