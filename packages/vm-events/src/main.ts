import { runCli } from '@vm-tools/cli';
import { command, type EventsInput } from './options.ts';

void runCli<EventsInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).events(invocation),
});
