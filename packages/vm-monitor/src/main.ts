import { runCli } from '@vm-tools/cli';
import { command, type MonitorInput } from './options.ts';

void runCli<MonitorInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).monitor(invocation),
});
