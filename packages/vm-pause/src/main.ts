import { runCli } from '@vm-tools/cli';
import { command, type PauseInput } from './options.ts';

void runCli<PauseInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).pause(invocation),
});
