import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { checkConfig, createDomain } from '@vm-tools/libdomain';
import { qcow2Bytes } from '@vm-tools/libdomain/testing';
import { testOnHost, unchanged } from '@vm-tools/xen-sim/testing';

testOnHost(
  '--dry-run shows the order in which disks are let go of and opened, and changes nothing',
  async (host) => {
    const [raw, qcow2] = [join(host.folder, 'root.img'), join(host.folder, 'data.qcow2')];
    await writeFile(raw, Buffer.alloc(4096));
    await writeFile(qcow2, qcow2Bytes(4096));
    await createDomain(
      host.simulated,
      checkConfig({
        name: 'web1',
        type: 'pvh',
        kernel: host.simulated.kernel,
        memoryKib: 2048,
        disks: [
          { target: raw, vdev: 'xvda' },
          { target: qcow2, vdev: 'xvdb', format: 'qcow2' },
        ],
      }),
    );
    await host.run('vm-set web1 --weight 512 --pin 1');
    const told = await unchanged(host, () => host.run('vm-migrate web1 b --dry-run'));
    const places = [
      'here   hold: lock the domain against all other tools',
      'there  reserved: in its journal: name, UUID and memory are promised, and locked',
      'there  pin-vcpu-0: vCPU 0 on the processors that it had',
      'there  shares: weight 512',
      'there  restore-memory: ',
      'here   suspend: ',
      `here   release xvda: have ${raw} written to its storage`,
      `here   release xvdb: stop its qemu, and have ${qcow2} written to its storage`,
      'here   stop-and-copy: send the rest, and the end of the image',
      'there  disk-xvda: ',
      'there  ready: in its journal: the domain is here, paused, with its disks open',
      'here   committed: in its journal: from here on the target alone decides',
      'there  start: let it run',
      'here   destroy: remove the copy here, and the backends of its devices',
    ].map((line) => told.indexOf(line));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  },
);
