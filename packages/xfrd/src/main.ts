import { runCli, type Invocation } from '@vm-tools/cli';
import { command, type ServeInput } from './options.ts';
import {
  fingerprintCommand,
  forgetCommand,
  initCommand,
  peersCommand,
  trustCommand,
  type ForgetInput,
  type InitInput,
  type PeersInput,
  type TrustInput,
} from './trust-options.ts';

void runCli<ServeInput>({
  ...command,
  run: async (invocation) => {
    const { checkConfig, stdio } = invocation.input;
    if (checkConfig) return (await import('./config/check-config.ts')).checkConfig(invocation);
    if (stdio) return (await import('./stdio.ts')).serveStdio(invocation);
    return (await import('./run.ts')).serve(invocation);
  },
  commands: [
    {
      ...initCommand,
      run: async (invocation: Invocation<InitInput>) =>
        (await import('./trust/identity.ts')).init(invocation),
    },
    {
      ...fingerprintCommand,
      run: async (invocation: Invocation<object>) =>
        (await import('./trust/identity.ts')).fingerprint(invocation),
    },
    {
      ...trustCommand,
      run: async (invocation: Invocation<TrustInput>) => (await import('./trust/peers.ts')).trust(invocation),
    },
    {
      ...forgetCommand,
      run: async (invocation: Invocation<ForgetInput>) =>
        (await import('./trust/peers.ts')).forget(invocation),
    },
    {
      ...peersCommand,
      run: async (invocation: Invocation<PeersInput>) => (await import('./trust/peers.ts')).peers(invocation),
    },
  ],
});
