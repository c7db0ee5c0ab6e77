import { VmToolsError } from '@vm-tools/errors';

/** No machine that Xen knows has more. */
const MOST_CPUS = 16_384;
const LIST = /^\d{1,5}(?:-\d{1,5})?(?:,\d{1,5}(?:-\d{1,5})?)*$/;

/**
 * `0-3,7`: the numbers of processors of the host, ascending, each once.
 *
 * @throws VmToolsError USAGE
 */
export function parseProcessors(text: string): readonly number[] {
  if (!LIST.test(text)) throw wrong('it is no list of processors');
  return [...new Set(text.split(',').flatMap(runOf))].sort((a, b) => a - b);
}

/** "2-4" is 2, 3 and 4. */
function runOf(text: string): number[] {
  const [first = 0, last = first] = text.split('-').map(Number);
  if (last < first) throw wrong(`${text} goes backwards`);
  if (last >= MOST_CPUS) throw wrong(`there is no processor ${last}`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function wrong(message: string): VmToolsError {
  const hint = 'give numbers and runs, such as 0-3,7';
  return new VmToolsError({ code: 'USAGE', kind: 'usage', message, hint });
}
