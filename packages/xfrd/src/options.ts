import { asBandwidth, asCount, type CommandSpec } from '@vm-tools/cli';
import { RANGES } from '@vm-tools/words';

export interface ServeInput {
  readonly listen?: string;
  readonly once?: boolean;
  readonly stdio?: boolean;
  readonly insecure?: boolean;
  readonly bwlimit?: string;
  readonly maxConcurrent?: number;
  readonly metrics?: string;
  readonly config?: string;
  readonly checkConfig?: boolean;
}

export const command: CommandSpec = {
  name: 'xfrd',
  summary: 'receives domains that vm-migrate sends from other hosts',
  options: [
    {
      flags: '--listen <addresses>',
      description:
        '[tls://]ADDRESS[:PORT], unix:///PATH or tcp://ADDRESS[:PORT]; several with commas (default: tls://0.0.0.0:8002)',
    },
    {
      flags: '--bwlimit <rate>',
      description: 'bytes a second at most, all domains together: 50M, or a timetable "08:00,50M 20:00,off"',
      ...asBandwidth,
    },
    {
      flags: '--max-concurrent <count>',
      description: 'domains at the same time (default: 4)',
      ...asCount(RANGES.places),
    },
    {
      flags: '--metrics <address>',
      description: 'for Prometheus: on (a socket for root alone), unix:///PATH or http://127.0.0.1:PORT',
    },
    {
      flags: '--config <file>',
      description: 'the configuration file (default: /etc/vm-tools/xfrd.toml, if it is there)',
    },
    {
      flags: '--check-config',
      description: 'only print what file and options mean together, or what is wrong',
    },
    { flags: '--once', description: 'end after one transfer, with its status' },
    {
      flags: '--stdio',
      description: 'serve the caller at stdin and stdout instead: for ssh://, also as a forced command',
      conflicts: ['listen', 'once'],
    },
    {
      flags: '--insecure',
      description: 'allow tcp://, which is neither encrypted nor authenticated',
    },
  ],
  examples: [
    { command: 'xfrd init', effect: 'make the identity of this host' },
    { command: 'xfrd trust b 10.0.0.2', effect: 'show the fingerprint of b, and how to trust it' },
    { command: 'xfrd', effect: 'receive from trusted peers, on port 8002' },
    { command: 'xfrd --check-config', effect: 'print what the configuration means' },
    { command: 'xfrd --once --json', effect: 'receive one domain and print what happened' },
  ],
  notes: [
    'tls:// is TLS 1.3 and lets in only peers that were added with xfrd trust. tcp:// is neither encrypted nor authenticated: any host that reaches the port can start domains here.\nThe command line overrides the configuration file.\nSIGHUP reads the file and the identity again: rates, places and keys change, and transfers go on. SIGTERM lets transfers under way finish and takes no new ones; a second one ends at once.',
  ],
};
