import { runCli } from '@vm-tools/cli';
import { command, type DmesgInput } from './options.ts';

void runCli<DmesgInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).dmesg(invocation),
});
