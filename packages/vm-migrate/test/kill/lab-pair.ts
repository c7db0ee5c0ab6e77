import type { LabHost, RemoteProcess } from '@vm-tools/lab';
import { result, startXfrd } from '@vm-tools/lab/testing';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import type { Cell, Victim } from './lab-cells.ts';

export const GUEST = 'survivor';
const PORT = 8002;
const AT_LINE = '/lab/at-line.ts';
const STOPPED = '/run/stopped';
const GO = '/run/go';
/** A target that has lost its source keeps the guest for as long as its lease is, a minute; then there is the asking. */
const SETTLE_MS = 200_000;

export interface Ended {
  /** exit status of vm-migrate; 137 when it was killed */
  readonly status: number;
  /** whether it took `vm-migrate resolve` */
  readonly isResolved: boolean;
}

export async function installStops(host: LabHost): Promise<void> {
  await host.put(`${import.meta.dirname}/at-line.ts`, AT_LINE);
}

/** Migrates the guest, with one thing going wrong, and resolves when both hosts know where it lives. */
export async function runCell(
  { victim, side, when, state }: Cell,
  from: LabHost,
  to: LabHost,
): Promise<Ended> {
  const isHelper = victim === 'source helper' || victim === 'target helper';
  const stop = `NODE_OPTIONS=--import=${AT_LINE} AT_LINE="${when} ${state}" AT_LINE_STOP="${STOPPED} ${GO}"`;
  const stoppedHost = side === 'source' ? from : to;
  await Promise.all([from, to].map((host) => host.run(`rm -f ${STOPPED} ${GO}`)));
  const environment = (which: Cell['side']): string => (side === which && !isHelper ? stop : '');
  const [back, there] = await Promise.all([
    startXfrd(from),
    startXfrd(to, { environment: environment('target') }),
  ]);
  await using running = new AsyncDisposableStack();
  running.use(back);
  running.use(there);
  const sender = from.spawn(
    `${environment('source')} exec vm-migrate ${GUEST} tcp://${to.name}:${PORT} --insecure --json`,
  );
  sender.stdout.resume();
  const reached = isHelper
    ? untilSaid(sender, `"phase":"${state}"`)
    : stoppedHost.run(`until [ -e ${STOPPED} ]; do sleep 0.05; done`, { timeoutMs: 120_000 });
  sender.stderr.resume();
  await reached;
  await strike(victim, from, to);
  await stoppedHost.run(`touch ${GO}`);
  if (victim === 'xfrd') {
    await there.exited;
    running.use(await startXfrd(to));
  }
  const status = await sender.exited;
  const isResolved = await settle([from, to]);
  // A transfer whose link is cut after the last word is settled long before the link is back, and the next cell needs
  // it.
  await from.run('until ip -o link show eth1 | grep -q "[<,]UP[,>]"; do sleep 0.2; done');
  return { status, isResolved };
}

function untilSaid({ stderr }: RemoteProcess, words: string): Promise<void> {
  let said = '';
  return new Promise((resolve) => {
    stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes(words)) resolve();
    });
  });
}

async function strike(victim: Victim, from: LabHost, to: LabHost): Promise<void> {
  if (victim === 'link') {
    // It comes back when both ends have taken each other for dead, and before the source gives up asking.
    await from.run('ip link set eth1 down; (sleep 45; ip link set eth1 up) >/dev/null 2>&1 &');
  } else if (victim === 'sender') {
    await from.run('pkill -9 -f "[l]ib/vm-migrate.js"');
  } else if (victim === 'source helper' || victim === 'target helper') {
    await (victim === 'source helper' ? from : to).run('pkill -9 -f "[l]ib/xc-helper.js"');
  } else {
    await to.run('pkill -9 -f "[l]ib/xfrd.js"');
  }
}

/** Resolves when nothing is left to be done for any transfer, on either host; with whether that took a command. */
async function settle(hosts: readonly LabHost[]): Promise<boolean> {
  const limit = AbortSignal.timeout(SETTLE_MS);
  let isResolved = false;
  for (;;) {
    const left = await Promise.all(hosts.map(open));
    if (left.flat().length === 0) return isResolved;
    limit.throwIfAborted();
    for (const [index, host] of hosts.entries()) {
      for (const { id } of left[index] ?? []) {
        const { code } = await host.exec(`vm-migrate resolve ${id}`);
        isResolved ||= code === 0;
      }
    }
  }
}

/** One that runs at its target only remembers that, should its source ask again. */
async function open(host: LabHost): Promise<KnownTransfer[]> {
  const transfers = await result<KnownTransfer[]>(host, 'vm-migrate list');
  return transfers.filter(({ state }) => state !== 'running');
}
