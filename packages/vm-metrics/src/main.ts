import { runCli } from '@vm-tools/cli';
import { command, type MetricsInput } from './options.ts';

void runCli<MetricsInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).metrics(invocation),
});
