import type { CommandSpec } from '@vm-tools/cli';

export interface ServeInput {
  readonly listen: string;
  readonly once?: boolean;
  readonly stdio?: boolean;
  /** nothing depends on it yet */
  readonly insecure?: boolean;
  readonly bwlimit?: string;
}

export const command: CommandSpec = {
  name: 'xfrd',
  summary: 'receives domains that vm-migrate sends from other hosts',
  options: [
    {
      flags: '--listen <endpoint>',
      description: 'tls://ADDRESS:PORT, unix:///PATH or tcp://ADDRESS:PORT',
      default: 'tcp://127.0.0.1:8002',
    },
    { flags: '--bwlimit <rate>', description: 'bytes a second at most, all domains together' },
    { flags: '--once', description: 'end after one transfer, with its status' },
    {
      flags: '--stdio',
      description: 'serve who is at stdin and stdout instead: for ssh://, also as a forced command',
      conflicts: ['listen', 'once'],
    },
    {
      flags: '--insecure',
      description: 'says that tcp:// is meant, which a later version takes with nothing less',
      conflicts: ['stdio'],
    },
  ],
  examples: [
    { command: 'xfrd', effect: 'listen on loopback, port 8002' },
    { command: 'xfrd init', effect: 'make the identity of this host' },
    { command: 'xfrd trust b 10.0.0.2', effect: 'show who b is, and how to trust it' },
    { command: 'xfrd --listen tls://0.0.0.0', effect: 'receive from peers that are trusted' },
    { command: 'xfrd --once --json', effect: 'receive one domain and print what happened' },
  ],
  notes: [
    'tls:// is TLS 1.3 and lets only peers in that xfrd trust has made known. tcp:// is neither encrypted nor authenticated: whoever reaches the port can start domains here.\nSIGHUP reads the identity again. SIGTERM lets transfers under way come to their end and takes no new ones.',
  ],
};
