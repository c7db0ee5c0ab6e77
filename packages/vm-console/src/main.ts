import { runCli } from '@vm-tools/cli';
import { command, type ConsoleInput } from './options.ts';

void runCli<ConsoleInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).openConsole(invocation),
});
