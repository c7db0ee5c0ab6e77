import type { Messages, Outcome } from '@vm-tools/cli';
import type { GuestOutcome } from '@vm-tools/libhost';

/** What became of a guest, as soon as it is known: the whole may take minutes. */
export function tellOutcome(messages: Messages, { error, ...outcome }: GuestOutcome): void {
  if (messages.json) messages.event({ type: 'guest', ...outcome, ...(error && { error }) });
  else if (error === undefined) messages.note(lineOf(outcome));
  else messages.failed(error);
}

/** The result for all of them. */
export function outcomeOf(
  outcomes: readonly GuestOutcome[],
  nothing: string,
): Outcome<readonly GuestOutcome[]> {
  const kinds = outcomes.flatMap(({ error }) => error?.kind ?? []);
  const failure = kinds.find((kind) => kind === 'uncertain') ?? kinds[0];
  const failed = outcomes.filter(({ did }) => did === 'failed').length;
  const text =
    outcomes.length === 0
      ? nothing
      : `${outcomes.length} guests: ${countsOf(outcomes)}${failed === 0 ? '' : ', see above'}`;
  return { value: outcomes, text, ...(failure !== undefined && { failure }) };
}

function lineOf({ name, did, note }: GuestOutcome): string {
  return `${name}: ${did.replace('-', ' ')}${note === undefined ? '' : `; ${note}`}`;
}

/** e.g. "3 saved, 1 left" */
function countsOf(outcomes: readonly GuestOutcome[]): string {
  const counts = Map.groupBy(outcomes, ({ did }) => did);
  return [...counts].map(([did, { length }]) => `${length} ${did.replace('-', ' ')}`).join(', ');
}
