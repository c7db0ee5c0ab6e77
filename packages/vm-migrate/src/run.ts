import {
  forEachDomain,
  formatDuration,
  showProgress,
  type DomainOutcome,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import { messageOf, Timer, VmToolsError } from '@vm-tools/errors';
import {
  domainSource,
  resolveDomain,
  withSuccessor,
  type JudgedRound,
  type RateLimits,
} from '@vm-tools/libdomain';
import { startTransfer, type Transfer, type TransferSummary } from '@vm-tools/libxfr';
import { serveTransfer } from '@vm-tools/libxfr/control';
import { formatPeerAddress, type PeerAddress } from '@vm-tools/libxfr/transport';
import { formatBytes, formatRate, parseRate, parseSchedule } from '@vm-tools/ratelimit';
import { openMeasured } from './measured.ts';
import { movesOf } from './moves.ts';
import type { MigrateInput } from './options.ts';
import { orphaned } from './orphaned.ts';
import { callingPeer, journalsOf, noteAway, peerAddress, recallingPeer } from '@vm-tools/libhost';
import { moveToXl, warningOfXl } from './peer-xl.ts';
import { requireFree } from './require-free.ts';
import type { Moved } from './result.ts';
import { describeSettings } from './transfers/describe-transfer.ts';

export async function migrate(invocation: Invocation<MigrateInput>): Promise<Outcome<OneOrList<Moved>>> {
  const { input } = invocation;
  const { bwlimit = 'off', stopAndCopyBwlimit } = input;
  const { domains, endpoint } = movesOf(input);
  const settings = {
    rate: parseSchedule(bwlimit),
    stopAndCopyRate: stopAndCopyBwlimit === undefined ? undefined : parseRate(stopAndCopyBwlimit),
    endpoint,
    address: peerAddress({ ...input, endpoint }),
  };
  await invocation.openHost();
  return forEachDomain(invocation, domains, (word) => migrateOne(invocation, word, settings), { atOnce: 1 });
}

/** What is the same for all domains that are moved. */
interface MoveSettings {
  readonly rate: ReturnType<typeof parseSchedule>;
  readonly stopAndCopyRate: number | undefined;
  readonly endpoint: string;
  readonly address: PeerAddress;
}

async function migrateOne(
  invocation: Invocation<MigrateInput>,
  word: string,
  { rate, stopAndCopyRate, endpoint, address }: MoveSettings,
): Promise<DomainOutcome<Moved>> {
  const { input, messages, signal } = invocation;
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, word);
  const { uuid, name } = domain;
  const measured = await openMeasured(invocation, endpoint);
  // The source reads it before each round, so it can be changed while the domain moves.
  const budget = {
    maxDowntimeMs: input.maxDowntime,
    deadlineMs: input.deadline,
    maxRounds: input.maxRounds,
    onNoConvergence: input.onNoConvergence,
    overheadMs: measured.overheadMs,
    limits: (): RateLimits => ({ ...transfer.limits, unlimited: measured.bytesPerS }),
    onVerdict: ({ round, dirtyPages, verdict }: JudgedRound): void =>
      messages.detail(
        `round ${round}: ${dirtyPages} pages dirty, ${formatDuration(verdict.expectedDowntimeMs)} of downtime expected: ${verdict.decision}`,
      ),
  };
  const source = domainSource(host, domain, {
    live: input.live,
    waitMs: input.wait,
    budget,
    ...(input.suspendTimeout === undefined ? {} : { suspendTimeoutMs: input.suspendTimeout }),
    onLog: messages.trace,
  });
  await requireFree(source, signal);
  const offer = await source.describe();
  const { live } = offer;
  if (!live && input.onNoConvergence !== 'force') throw noBudget(name);
  if (!live && input.live === 'auto') {
    messages.warn(`${name} cannot be moved live on this host: it stands still until it runs at ${endpoint}`);
  }
  using progress = showProgress(messages);
  const journals = journalsOf(invocation);
  const shared = {
    rate,
    stopAndCopyRate,
    budget: live ? budget : undefined,
    journals,
    signal: withDeadline(input.withParent ? AbortSignal.any([signal, orphaned()]) : signal, budget),
    ...(input.confirmTimeout !== undefined && { timeouts: { confirmMs: input.confirmTimeout } }),
  };
  if (input.peer === 'xl') messages.warn(warningOfXl(address));
  const transfer: Transfer =
    input.peer === 'xl'
      ? moveToXl(source, address, shared)
      : startTransfer(source, callingPeer(invocation, address, offer), {
          ...shared,
          address: formatPeerAddress(address),
          reconnect: recallingPeer(invocation),
        });
  await using _ = serveTransfer(invocation.root, transfer, (thrown) =>
    messages.warn(`vm-migrate cancel and set do not reach this transfer: ${messageOf(thrown)}`),
  );
  const show = async (): Promise<void> => {
    for await (const event of transfer) {
      progress.onEvent(event);
      measured.onEvent(event, transfer.limits);
      if (event.type === 'changed') messages.note(`from now on: ${describeSettings(event)}`);
    }
  };
  await Promise.allSettled([show()]); // whatever is wrong with the showing, the domain comes to where it belongs
  const summary = await transfer.result.catch(async (thrown: unknown) => {
    throw await withSuccessor(host, thrown, signal);
  });
  await measured.save();
  await noteAway(invocation.root, uuid, endpoint).catch((thrown: unknown) => {
    messages.warn(`${name} may still start with this host, see vm-autostart list: ${messageOf(thrown)}`);
  });
  const { downtimeMs = 0 } = summary;
  if (live && downtimeMs > budget.maxDowntimeMs) {
    messages.warn(
      `${name} stood still for ${formatDuration(downtimeMs)}, longer than the ${formatDuration(budget.maxDowntimeMs)} of --max-downtime`,
    );
  }
  const text = describe(name, endpoint, summary);
  return { value: { uuid, name, endpoint, live, ...summary }, text, line: text };
}

/** Until the domain is handed over, a transfer that is late is one that is given up, if it is not to be forced. */
function withDeadline(
  signal: AbortSignal,
  budget: Pick<MigrateInput, 'onNoConvergence'> & { readonly deadlineMs: number | undefined },
): AbortSignal {
  const { deadlineMs } = budget;
  if (deadlineMs === undefined) return signal;
  const deadline = new AbortController();
  const late = new VmToolsError({
    code: 'XFR_DEADLINE',
    kind: 'not-converged',
    message: `not done within the ${deadlineMs / 1000} s of --deadline`,
    hint: 'allow more time or more bandwidth',
  });
  const onLate = (): void => {
    if (budget.onNoConvergence === 'abort') deadline.abort(late);
  };
  new Timer(deadlineMs, onLate).unref();
  return AbortSignal.any([signal, deadline.signal]);
}

function noBudget(name: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NOT_LIVE',
    kind: 'usage',
    message: `${name} cannot be moved live on this host, so there is nothing that could converge`,
    hint: 'with --on-no-convergence force it stands still until it has moved',
  });
}

/** e.g. "web1 runs at b as domid 7: 264 MiB in 32 s (8.2 MiB/s), 3 rounds, downtime 210 ms" */
function describe(name: string, endpoint: string, summary: TransferSummary): string {
  const { domid, transferred, zeroBytes, totalTimeMs, throughput, downtimeMs, iterations } = summary;
  const figures = [
    `${formatBytes(transferred)} in ${formatDuration(totalTimeMs)} (${formatRate(throughput)})`,
    ...(zeroBytes === 0 ? [] : [`${formatBytes(zeroBytes)} of zeros not sent`]),
    `${iterations} rounds`,
    ...(downtimeMs === undefined ? [] : [`downtime ${formatDuration(downtimeMs)}`]),
  ];
  const as = domid === undefined ? '' : ` as domid ${domid}`;
  return `${name} runs at ${endpoint}${as}: ${figures.join(', ')}`;
}
