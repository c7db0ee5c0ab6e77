import { runCli } from '@vm-tools/cli';
import { command, type ListInput } from './options.ts';

void runCli<ListInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).list(invocation),
});
