import { VmToolsError } from '@vm-tools/errors';
import { labCommand } from './commands.ts';
import { reportOf } from './local/report.ts';

const interrupted = 130;
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => abort.abort(signal));
}
using report = reportOf('lab');

try {
  await labCommand(report, abort.signal).parseAsync();
} catch (error) {
  if (!(error instanceof VmToolsError)) throw error;
  report(`${error.message} [${error.code}]`);
  if (error.hint !== undefined) console.error(`hint: ${error.hint}`);
  process.exitCode = abort.signal.aborted ? interrupted : error.kind === 'usage' ? 2 : 1;
}
