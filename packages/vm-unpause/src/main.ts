import { runCli } from '@vm-tools/cli';
import { command, type UnpauseInput } from './options.ts';

void runCli<UnpauseInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).unpause(invocation),
});
