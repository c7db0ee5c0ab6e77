import { causesOf, messageOf, VmToolsError, type GuestWhereabouts } from '@vm-tools/errors';
import { shown, shownJson, shownLines } from '@vm-tools/words';
import type { Colours } from './colours.ts';

/** How many of libxc's log lines -v shows: the last ones name the cause. */
const LOG_TAIL_LINES = 20;

/**
 * Anything thrown as one of ours. What our libraries did not expect is a defect, and says so: the hint asks for the
 * report that makes it possible to fix it.
 */
export function asVmToolsError(thrown: unknown, program: string): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  return new VmToolsError({
    code: 'INTERNAL',
    message: messageOf(thrown),
    hint: `this looks like a defect of vm-tools; "${program} -vv …" shows where it comes from`,
    cause: thrown,
  });
}

/** The text of a failure for the user: the error, where the guest is, what to do; causes with -v and -vv. */
export function renderError(
  error: VmToolsError,
  {
    program,
    verbosity,
    colours,
  }: { readonly program: string; readonly verbosity: number; readonly colours: Colours },
): string {
  const lines = problemsOf(error).map(
    ({ code, message }) => `${program}: ${colours.red(shown(message))} ${colours.dim(`[${code}]`)}`,
  );
  if (error.guest) lines.push(`guest: ${shown(describeGuest(error.guest))}`);
  lines.push(...error.leftovers.map((leftover) => `left behind: ${shown(leftover)}`));
  if (error.hint !== undefined) lines.push(`${colours.cyan('hint:')} ${shown(error.hint)}`);
  if (verbosity >= 1)
    lines.push(...describePlace(error), ...describeLogs(error).map((line) => colours.dim(line)));
  if (verbosity >= 2) lines.push(...describeCauses(error).map((line) => colours.dim(line)));
  return lines.join('\n');
}

/** An error that stands for several tells each by itself in `details.problems`. */
function problemsOf(error: VmToolsError): readonly Pick<VmToolsError, 'code' | 'message'>[] {
  const { problems } = error.details;
  return Array.isArray(problems) && problems.length > 1
    ? (problems as Pick<VmToolsError, 'code' | 'message'>[])
    : [error];
}

/** e.g. "failed: on the target, receiving; trying again: safe" */
function describePlace({ side, phase, retry }: VmToolsError): string[] {
  const place = [
    ...(side === undefined ? [] : [`on the ${side}`]),
    ...(phase === undefined ? [] : [shown(phase)]),
  ];
  return [`${place.length === 0 ? '' : `failed: ${place.join(', ')}; `}trying again: ${retry}`];
}

/** The last words of libxc, at this end and at the other: each cause has its own. */
function describeLogs(error: VmToolsError): string[] {
  return [error, ...causesOf(error)].flatMap((link) => {
    if (!(link instanceof VmToolsError)) return [];
    const where = link.side === undefined || link.side === error.side ? '' : ` on the ${link.side}`;
    return link.log.slice(-LOG_TAIL_LINES).map((line) => `libxc${where}: ${shown(line)}`);
  });
}

/** e.g. "web1 (domid 12): still running here" */
function describeGuest({ name, domid, state }: GuestWhereabouts): string {
  const identity = [name, domid === undefined ? undefined : name ? `(domid ${domid})` : `domid ${domid}`];
  const known = identity.filter((part) => part !== undefined).join(' ');
  return known === '' ? state : `${known}: ${state}`;
}

function describeCauses(error: VmToolsError): string[] {
  return [error, ...causesOf(error)].flatMap((link) => {
    const hasDetails = link instanceof VmToolsError && Object.keys(link.details).length > 0;
    const text = link instanceof Error ? (link.stack ?? link.message) : messageOf(link);
    return [
      ...(hasDetails ? [`details: ${shownJson(link.details)}`] : []),
      shownLines(link === error ? text : `caused by: ${text}`),
    ];
  });
}
