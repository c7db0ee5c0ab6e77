import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { duplexPair } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { checkConfig, createDomain, domainSource, domainTarget } from '@vm-tools/libdomain';
import { qcow2Bytes } from '@vm-tools/libdomain/testing';
import {
  memoryJournals,
  receiveFromPeer,
  sendToPeer,
  type Connection,
  type OnStep,
  type TransferSummary,
} from '@vm-tools/libxfr';
import type { JournalEntry } from '@vm-tools/libxfr/journals';
import { patient } from '@vm-tools/ratelimit/testing';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shared-storage-'));
});
afterEach(() => rm(folder, { recursive: true }));

const CONNECT = (stream: Connection['stream'], peer: string): Connection => ({
  stream,
  peer,
  isConfidential: true,
});

/** The two hosts of a shared folder, and a guest with a disk of each kind there. */
class TwoHosts implements AsyncDisposable {
  readonly here: SimulatedHost;
  readonly there: SimulatedHost;
  readonly journals = { here: memoryJournals(), there: memoryJournals() };

  static async open(): Promise<TwoHosts> {
    return new TwoHosts(await createSimulatedHost(), await createSimulatedHost());
  }

  private constructor(here: SimulatedHost, there: SimulatedHost) {
    this.here = here;
    this.there = there;
  }

  async move(onStep: OnStep): Promise<PromiseSettledResult<TransferSummary | undefined>[]> {
    const [raw, qcow2] = [join(folder, 'root.img'), join(folder, 'data.qcow2')];
    await writeFile(raw, Buffer.alloc(4096));
    await writeFile(qcow2, qcow2Bytes(4096));
    const config = checkConfig({
      name: 'web1',
      type: 'pvh',
      kernel: this.here.kernel,
      memoryKib: 2048,
      disks: [
        { target: raw, vdev: 'xvda' },
        { target: qcow2, vdev: 'xvdb', format: 'qcow2' },
      ],
    });
    const source = domainSource(this.here, await createDomain(this.here, config));
    const [ours, theirs] = duplexPair();
    const common = { timeouts: { lingerMs: patient(5_000) }, onStep };
    const rules = {
      origin: { from: 'peer', peer: 'a' },
      rulesOfPeer: () => Promise.resolve({ disks: [folder] }),
    } as const;
    return Promise.allSettled([
      sendToPeer(source, CONNECT(ours, 'b'), { ...common, journals: this.journals.here }),
      receiveFromPeer(CONNECT(theirs, 'a'), () => domainTarget(this.there, rules), {
        ...common,
        journals: this.journals.there,
      }),
    ]);
  }

  /** The sides on which the disks are open: by a qemu that is not stopped, or by a guest that runs. */
  async openAt(): Promise<string> {
    const [a, b] = [await runs(this.here), await runs(this.there)];
    return sides(a || isServed(this.here), b || isServed(this.there));
  }

  /** The sides on which a guest runs, and may write. */
  async writtenAt(): Promise<string> {
    return sides(await runs(this.here), await runs(this.there));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.here[Symbol.asyncDispose]();
    await this.there[Symbol.asyncDispose]();
  }
}

function sides(source: boolean, target: boolean): string {
  return [...(source ? ['source'] : []), ...(target ? ['target'] : [])].join(' and ');
}

function isServed({ devices }: SimulatedHost): boolean {
  return devices.qemus.some(({ isStopped, images }) => !isStopped && images.length > 0);
}

async function runs(host: SimulatedHost): Promise<boolean> {
  const { domains } = await host.snapshot();
  return domains.some(({ domid, isPaused, isDying, shutdownReason }) => {
    return domid !== 0 && !isPaused && !isDying && shutdownReason === undefined;
  });
}

test('at each line of both journals exactly one side has the disks open, and they say since when', async () => {
  await using hosts = await TwoHosts.open();
  const seen: string[][] = [];
  const [sent] = await hosts.move(async ({ side, when, kind, name }) => {
    const openAt = await hosts.openAt();
    expect(openAt).not.toBe('source and target');
    if (kind === 'journal') seen.push([side, when, name, openAt]);
  });
  expect(sent).toMatchObject({ status: 'fulfilled' });
  const of = (wanted: string): string[] =>
    seen.filter(([side]) => side === wanted).map(([, ...line]) => line.join(' '));
  expect(of('source')).toEqual([
    'before offered source',
    'after offered source',
    'before committed target',
    'after committed target',
    'before confirmed target',
    'after confirmed target',
    'before moved target',
    'after moved target',
  ]);
  expect(of('target')).toEqual([
    'before reserved source',
    'after reserved source',
    'before ready target',
    'after ready target',
    'before owner target',
    'after owner target',
    'before running target',
    'after running target',
    'before settled target',
    'after settled target',
  ]);
  const paths = [join(folder, 'root.img'), join(folder, 'data.qcow2')];
  const [released] = await disksIn(hosts.journals.here);
  const [opened] = await disksIn(hosts.journals.there);
  expect(released).toMatchObject({ state: 'committed', disks: { are: 'released', paths } });
  expect(opened).toMatchObject({ state: 'ready', disks: { are: 'opened', paths } });
  expect(released!.disks!.at).toBeLessThanOrEqual(opened!.disks!.at);
});

async function disksIn(journals: TwoHosts['journals']['here']): Promise<readonly JournalEntry[]> {
  const { records } = await journals.list();
  return records.flatMap(({ entries }) =>
    (entries as readonly JournalEntry[]).filter(({ disks }) => disks !== undefined),
  );
}

test.each([
  ['source', 'before', 'offered', 'source'],
  ['source', 'before', 'committed', 'source'],
  ['target', 'before', 'reserved', 'source'],
  ['target', 'before', 'ready', 'source'],
  ['target', 'after', 'ready', 'source'],
  ['target', 'before', 'owner', 'source'],
  ['source', 'before', 'confirmed', 'target'],
  ['source', 'before', 'moved', 'target'],
  ['target', 'before', 'running', 'target'],
  ['target', 'before', 'settled', 'target'],
] as const)(
  'when the %s cannot go on %s "%s", the %s has them in the end',
  async (side, when, line, home) => {
    await using hosts = await TwoHosts.open();
    let isStruck = false;
    await hosts.move(async (step) => {
      // A source that goes on does not wait until the target has closed them: the copy there never runs.
      expect(await hosts.writtenAt()).not.toBe('source and target');
      if (step.kind !== 'journal' || step.side !== side || step.when !== when || step.name !== line) return;
      isStruck = true;
      throw new Error('it cannot go on');
    });
    expect(isStruck).toBe(true);
    expect(await hosts.openAt()).toBe(home);
  },
);
