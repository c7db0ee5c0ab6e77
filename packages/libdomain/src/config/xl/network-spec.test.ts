import { expect, test } from '@jest/globals';
import { readNetworkSpec } from './network-spec.ts';

test.each<[string, object]>([
  ['', {}],
  [' , ', {}],
  [
    'bridge=br0, ip=192.0.2.10, mac=00:16:3e:00:00:03',
    { bridge: 'br0', ip: '192.0.2.10', mac: '00:16:3e:00:00:03' },
  ],
  ['ip=192.0.2.11 ,mac=0:16:3E:1:2:3', { ip: '192.0.2.11 ', mac: '00:16:3E:01:02:03' }],
  ['ip=192.0.2.2 255.255.255.0 192.0.2.1', { ip: '192.0.2.2 255.255.255.0 192.0.2.1' }],
  [
    'script=vif-route,gatewaydev=eth0,backend=net',
    { script: 'vif-route', gatewayDevice: 'eth0', backend: 'net' },
  ],
  [
    'rate=10Mb/s@20ms,vifname=web1.0,mtu=9000,type=vif',
    { rate: '10Mb/s@20ms', vifname: 'web1.0', mtu: 9000, type: 'vif' },
  ],
  ['devid=3,trusted=0', { id: 3, trusted: false }],
  ['trusted,bridge=br0', { trusted: true, bridge: 'br0' }],
  ['bridge=br0, untrusted', { trusted: false, bridge: 'br0' }],
  ['type=ioemu', { type: 'ioemu' }],
])('%j is what it is to xl', (spec, network) => {
  expect(readNetworkSpec(spec)).toEqual({ network, warnings: [] });
});

test.each([
  ['model=e1000', { model: 'e1000' }, 'model= has no effect: there is no emulated card'],
  ['netdev=eth0', { gatewayDevice: 'eth0' }, 'netdev= is an older name of gatewaydev='],
  ['accel=1', {}, 'accel= is ignored, as by xl'],
  ['firewall=on', {}, '"firewall=on" is nothing that xl knows, and is ignored'],
])('%s is accepted with a warning', (spec, network, warning) => {
  expect(readNetworkSpec(spec)).toEqual({ network, warnings: [warning] });
});

test.each([
  ['bridg=a', 'CONFIG_UNKNOWN_KEY', 'unrecognized argument: "bridg=a"'],
  ['type=e1000', 'CONFIG_INVALID', 'Invalid parameter `type\': "e1000"'],
  ['forwarddev=eth1', 'CONFIG_UNSUPPORTED', 'forwarddev= is not supported yet'],
  ['colo_sock_mirror_id=a', 'CONFIG_UNSUPPORTED', 'colo_sock_mirror_id= is not supported yet'],
])('%s is refused', (spec, code, message) => {
  expect(() => readNetworkSpec(spec)).toThrow(expect.objectContaining({ code, message }));
});
