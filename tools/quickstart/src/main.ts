import { VmToolsError } from '@vm-tools/errors';
import { parseArgs } from 'node:util';

const USAGE = `npm run quickstart               on two simulated hosts: needs nothing but Node, and no root
npm run quickstart -- --stop     ends those hosts
npm run quickstart -- --xen      on two real Xen hosts in QEMU: Debian, as root, minutes`;

// The first signal undoes what was begun, the second one ends at once.
const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    const message = `interrupted by ${signal}`;
    controller.abort(new VmToolsError({ code: 'INTERRUPTED', kind: 'interrupted', message }));
  });
}

try {
  const { xen, stop, help } = readWords();
  if (help) console.log(USAGE);
  else if (stop) await (await import('./simulated/hosts.ts')).stopHosts();
  else if (xen) await (await import('./xen/run.ts')).runOnXen(controller.signal);
  else await (await import('./simulated/run.ts')).runSimulated(controller.signal);
} catch (thrown) {
  console.error(`\nquickstart: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  if (thrown instanceof VmToolsError && thrown.hint !== undefined) console.error(`hint: ${thrown.hint}`);
  process.exitCode = controller.signal.aborted ? 130 : 1;
}

function readWords(): { xen?: boolean; stop?: boolean; help?: boolean } {
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({ options: { xen: flag, stop: flag, help: flag } }).values;
  } catch (cause) {
    throw new VmToolsError({ code: 'USAGE', kind: 'usage', message: String(cause), hint: USAGE, cause });
  }
}
