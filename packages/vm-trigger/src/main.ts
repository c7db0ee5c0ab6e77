import { runCli } from '@vm-tools/cli';
import { command, type TriggerInput } from './options.ts';

void runCli<TriggerInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).trigger(invocation),
});
