import { runCli } from '@vm-tools/cli';
import { command, type SetInput } from './options.ts';

void runCli<SetInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).set(invocation),
});
