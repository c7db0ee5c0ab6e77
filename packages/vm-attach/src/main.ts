import { runCli } from '@vm-tools/cli';
import { command, type AttachInput } from './options.ts';

void runCli<AttachInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).attach(invocation),
});
