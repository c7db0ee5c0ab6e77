import { expect, test } from '@jest/globals';
import { helperEnvironment } from './environment.ts';

test('a helper knows where things are, and nothing that makes node load code or open files', () => {
  const needed = {
    PATH: '/bin',
    LC_ALL: 'C',
    LD_LIBRARY_PATH: '/usr/lib/xen-4.17/lib',
    XENSTORED_PATH: '/run/xenstored/socket',
    VM_TOOLS_SIM: '/tmp/sim',
  };
  const others = {
    NODE_OPTIONS: '--import /tmp/evil.mjs',
    NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
    SSLKEYLOGFILE: '/tmp/keys',
    LD_PRELOAD: '/tmp/evil.so',
    MY_PATH: '/x',
    NOTIFY_SOCKET: '/run/systemd/notify',
  };
  expect(helperEnvironment({ ...needed, ...others })).toEqual(needed);
});
