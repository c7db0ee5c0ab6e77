import { runCli } from '@vm-tools/cli';
import { command, type RebootInput } from './options.ts';

void runCli<RebootInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).reboot(invocation),
});
