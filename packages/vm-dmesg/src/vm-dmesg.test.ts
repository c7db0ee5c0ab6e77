import { expect } from '@jest/globals';
import { failure, result, testOnHost } from '@vm-tools/xen-sim/testing';

testOnHost("Xen's log is shown until it is cleared", async (host) => {
  const log = '(XEN) Xen version 4.17.7 (simulated)';
  expect(await host.run('vm-dmesg')).toBe(`${log}\n`);
  expect(await result(host, 'vm-dmesg')).toEqual({ lines: [log] });
  expect(await host.run('vm-dmesg --clear')).toBe(`${log}\n`);
  expect(await host.run('vm-dmesg')).toBe('');
  expect(await result(host, 'vm-dmesg')).toEqual({ lines: [] });
});

testOnHost('keys are pressed, and what they have brought is shown alone', async (host) => {
  expect(await host.run('vm-dmesg --keys hq')).toBe("(XEN) 'h' pressed\n(XEN) 'q' pressed\n");
  expect(await host.run('vm-dmesg --keys q')).toBe("(XEN) 'q' pressed\n");
  expect((await result<{ lines: string[] }>(host, 'vm-dmesg')).lines).toHaveLength(4);
  expect(await failure(host, "vm-dmesg --keys ''")).toMatchObject({
    status: 2,
    error: { code: 'XEN_KEYS_INVALID' },
  });
  host.simulated.faults.add({ call: 'sendDebugKeys', errno: 'EPERM' });
  expect(await failure(host, 'vm-dmesg --keys q')).toMatchObject({
    status: 1,
    error: { details: { call: 'xc_send_debug_keys' } },
  });
});

testOnHost('what Xen refuses is said with its errno', async (host) => {
  host.simulated.faults.add({ call: 'readconsolering', errno: 'EPERM' });
  expect(await failure(host, 'vm-dmesg')).toMatchObject({
    status: 1,
    error: { code: 'XEN_CALL_FAILED', details: { call: 'xc_readconsolering', errnoName: 'EPERM' } },
  });
  expect(await failure(host, 'vm-dmesg --host sim:nobody')).toMatchObject({ status: 4 });
});
