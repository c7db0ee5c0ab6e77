import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { createLimiter, formatRate } from '@vm-tools/ratelimit';
import type { Quantity, Result, Row, Scope } from '../experiment.ts';
import { Forked } from '../forked.ts';
import { describeMachine } from '../machine.ts';
import type { ReceiverNews } from './receiver.ts';

const MIB = 2 ** 20;
const RATES_MIB = [1, 10, 100, 1000];
const MEASURE_MS = 4_000;
const WINDOW_MS = 100;
/** How far the mean may be from what was asked for, %. */
const TOLERANCE = 1;

/** The senders: ours as a stream and from descriptor to descriptor, and the well-known pv. */
const SENDERS = ['paced', 'pump', 'pv'] as const;
type Sender = (typeof SENDERS)[number];

const QUANTITIES: readonly Quantity[] = SENDERS.flatMap((sender) => [
  { key: `${sender}Off`, label: `${label(sender)}: mean off by`, unit: '%', hasLaw: false },
  { key: `${sender}Fullest`, label: `fullest ${WINDOW_MS} ms : allowed`, unit: '', hasLaw: false },
]);

function label(sender: Sender): string {
  return sender === 'pv' ? 'pv -L' : `${sender}()`;
}

/** One sender at a time, each in a process of its own, over loopback; what counts is what the receiver sees. */
export async function measureRates({ report }: Pick<Scope, 'report'>): Promise<Result> {
  const loadBefore = loadavg()[0] ?? 0;
  const hasPv = await isThere('pv');
  if (!hasPv) report('pv is not installed (apt-get install pv): its columns stay empty');
  await using receiver = new Forked<ReceiverNews>('rate/receiver.ts', [
    String(MEASURE_MS),
    String(WINDOW_MS),
  ]);
  const hello = await receiver.news();
  const port = hello.type === 'listening' ? hello.port : 0;

  const unlimited = await measure(receiver, port, 'pump', Infinity);
  report(`without a limit: ${formatRate(unlimited.mean)}`);
  const rows: Row[] = [];
  for (const size of RATES_MIB) {
    const row: Record<string, number> & { size: number } = { size };
    for (const sender of SENDERS.filter((one) => one !== 'pv' || hasPv)) {
      const rate = size * MIB;
      const { mean, fullest } = await measure(receiver, port, sender, rate);
      const allowed = (rate * WINDOW_MS) / 1000 + createLimiter({ rate }).burst;
      const off = (mean / rate - 1) * 100;
      row[`${sender}Off`] = off;
      row[`${sender}Fullest`] = fullest / allowed;
      report(
        `${size} MiB/s, ${label(sender)}: off by ${off.toFixed(2)} %, fullest ${(fullest / allowed).toFixed(2)}`,
      );
    }
    rows.push(row);
  }
  return {
    name: 'rate',
    title: 'What a limit is worth',
    sizeLabel: 'asked for, MiB/s',
    machine: describeMachine(),
    quantities: QUANTITIES,
    rows,
    notes: [
      `The fullest ${WINDOW_MS} ms are a ratio: up to 1 they keep within rate × ${WINDOW_MS} ms + burst, where the burst is the default of our limiter.`,
      `Two processes over TCP on loopback, ${MEASURE_MS / 1000} s each, one after the other; measured where the bytes arrive. Without a limit pump() gets ${formatRate(unlimited.mean)}.`,
      `Load of the machine before: ${loadBefore.toFixed(2)}, after: ${(loadavg()[0] ?? 0).toFixed(2)}.`,
    ],
  };
}

/** The senders of ours that miss their aim, a sentence each. */
export function missesOf({ rows }: Result): string[] {
  return rows.flatMap((row) =>
    (['paced', 'pump'] as const).flatMap((sender) => {
      const [off = 0, fullest = 0] = [row[`${sender}Off`], row[`${sender}Fullest`]];
      const asked = `${label(sender)} at ${row.size} MiB/s`;
      return [
        ...(Math.abs(off) > TOLERANCE ? [`${asked}: the mean is off by ${off.toFixed(1)} %`] : []),
        ...(fullest > 1
          ? [`${asked}: a window of ${WINDOW_MS} ms has ${fullest.toFixed(2)} of what is allowed`]
          : []),
      ];
    }),
  );
}

async function measure(
  receiver: Forked<ReceiverNews>,
  port: number,
  sender: Sender,
  rate: number,
): Promise<{ readonly mean: number; readonly fullest: number }> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  await using zeros = await open('/dev/zero', 'r');
  const [command = '', ...words] =
    sender === 'pv'
      ? ['pv', '-q', '-L', String(rate)]
      : [process.execPath, join(import.meta.dirname, 'sender.ts'), sender, String(rate)];
  const stderr = sender === 'pv' ? 'ignore' : 'inherit'; // it complains that the receiver has seen enough
  const child = spawn(command, words, { stdio: [zeros.fd, socket, stderr] });
  socket.destroy(); // the child has it
  const ended = once(child, 'exit');
  const news = await receiver.news();
  child.kill();
  await ended;
  if (news.type === 'measured') return news;
  throw new VmToolsError({ code: 'BENCH_RATE', message: 'the receiver has measured nothing' });
}

async function isThere(command: string): Promise<boolean> {
  const child: ChildProcess = spawn(command, ['--version'], { stdio: 'ignore' });
  return once(child, 'exit').then(
    ([status]) => status === 0,
    () => false, // 'error' came first
  );
}
