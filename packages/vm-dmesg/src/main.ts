import { runCli } from '@vm-tools/cli';
import { command, type DmesgInput } from './options.ts';

await runCli<DmesgInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).dmesg(invocation),
});
