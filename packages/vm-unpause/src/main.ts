import { runCli } from '@vm-tools/cli';
import { command, type UnpauseInput } from './options.ts';

await runCli<UnpauseInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).unpause(invocation),
});
