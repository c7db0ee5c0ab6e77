import { runCli } from '@vm-tools/cli';
import { command, type TopInput } from './options.ts';

void runCli<TopInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).top(invocation),
});
