import type { Invocation, Outcome } from '@vm-tools/cli';
import { formatBytes, formatRate } from '@vm-tools/ratelimit';
import { askHost, type ControlAnswers } from '@vm-tools/xen-sim/control';
import type { GuestChange, Manner } from '@vm-tools/xen-sim/guests';
import type { GuestInput } from '../options.ts';

const PAGE_BYTES = 4096;
const WORDS = ['dirty', 'set', 'locality', 'entropy', 'suspend', 'shutdown', 'devices', 'precopy'] as const;

export async function guest({
  input,
  signal,
}: Invocation<GuestInput>): Promise<Outcome<ControlAnswers['guest']>> {
  const { name, domain } = input;
  const words = WORDS.filter((word) => input[word] !== undefined);
  const change: GuestChange = Object.fromEntries(words.map((word) => [word, input[word]]));
  const asked = { ask: 'guest', domain, ...(words.length > 0 ? { change } : {}) } as const;
  const status = await askHost(name, asked, { signal });
  return { isReport: words.length === 0, value: status, text: describe(status) };
}

function describe(status: ControlAnswers['guest']): string {
  const { name, domid, ticks, ranMs, writtenPages, workingSetPages, lastGapMs, longestGapMs, model } = status;
  const { dirtyRate, locality, entropy, onSuspend, onShutdown, onDevices, inPrecopy } = model;
  return [
    `${name} (domid ${domid}): tick ${ticks}, has run for ${(ranMs / 1000).toFixed(1)} s`,
    dirtyRate === 0
      ? 'writes:      nothing'
      : `writes:      ${formatRate(dirtyRate)} to ${formatBytes(workingSetPages * PAGE_BYTES)}, ${entropy}, ${Math.round(locality * 100)} % of it to an eighth`,
    `written:     ${formatBytes(writtenPages * PAGE_BYTES)}`,
    `stood still: ${Math.round(lastGapMs)} ms the last time, ${Math.round(longestGapMs)} ms at most`,
    `suspend:     ${manner(onSuspend)}; shutdown: ${manner(onShutdown)}${onDevices === undefined ? '' : `; devices: ${manner(onDevices)}`}${inPrecopy === undefined ? '' : `; in precopy: ${inPrecopy}`}`,
  ].join('\n');
}

function manner({ manner: name, ms }: Manner): string {
  return ms > 0 ? `${name}, ${ms} ms` : name;
}
