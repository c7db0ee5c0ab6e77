import { runCli } from '@vm-tools/cli';
import { command, type TopInput } from './options.ts';

await runCli<TopInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).top(invocation),
});
