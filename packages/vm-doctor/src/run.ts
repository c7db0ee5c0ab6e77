import type { Invocation, Outcome } from '@vm-tools/cli';
import { messageOf } from '@vm-tools/errors';
import { fileJournals } from '@vm-tools/libxfr';
import { JOURNAL_FOLDER } from '@vm-tools/libxfr/journals';
import { join } from 'node:path';
import { CHECKS } from './checks/all.ts';
import type { Finding } from './health-check.ts';
import type { DoctorInput } from './options.ts';
import type { Reported } from './result.ts';

export async function examine(invocation: Invocation<DoctorInput>): Promise<Outcome<readonly Reported[]>> {
  const { input, root } = invocation;
  const host = await invocation.openHost();
  const patient = { host, journals: fileJournals(join(root, JOURNAL_FOLDER)), folders: input.folders };
  const reported: Reported[] = [];
  // One after the other: what is mended for one may be what the next one would find.
  for (const { name, look } of CHECKS) {
    for (const finding of await look(patient)) {
      const { about, message, remedy } = finding;
      reported.push({ check: name, about, message, remedy, ...(await treat(finding, input)) });
    }
  }
  const isInOrder = reported.every(({ state }) => state === 'mended');
  return {
    value: reported,
    text: reported.map(line).join('\n'),
    ...(isInOrder ? {} : { failure: 'failure' }),
  };
}

/** A thing that cannot be mended keeps no other from it. */
async function treat(
  { fix, mayEndGuest = false }: Finding,
  input: DoctorInput,
): Promise<Pick<Reported, 'state' | 'error'>> {
  if (fix === undefined) return { state: 'by-hand' };
  if (mayEndGuest && input.yes !== true) return { state: 'needs-yes' };
  if (input.fix !== true) return { state: 'found' };
  try {
    await fix();
    return { state: 'mended' };
  } catch (thrown) {
    return { state: 'failed', error: messageOf(thrown) };
  }
}

function line({ about, message, remedy, state, error }: Reported): string {
  const what = `${about}: ${message}`;
  switch (state) {
    case 'found':
      return `${what}\n  --fix would: ${remedy}`;
    case 'mended':
      return `${what}\n  done: ${remedy}`;
    case 'needs-yes':
      return `${what}\n  --fix --yes would: ${remedy}`;
    case 'by-hand':
      return `${what}\n  by hand: ${remedy}`;
    case 'failed':
      return `${what}\n  not done: ${remedy}: ${error ?? ''}`;
  }
}
