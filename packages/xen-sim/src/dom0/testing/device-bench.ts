import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ScriptEnd } from '@vm-tools/dom0';
import type { Permission } from '@vm-tools/xenstore';
import { createSimulatedHost, type SimulatedHost, type SimulatedHostOptions } from '../../host/host.ts';

type Nodes = Readonly<Record<string, string>>;

/** A simulated host with domains that never run: the test is both the toolstack and the frontends. */
export class DeviceBench implements AsyncDisposable {
  readonly host: SimulatedHost;

  static async make(options: SimulatedHostOptions = {}): Promise<DeviceBench> {
    return new DeviceBench(await createSimulatedHost({ memory: '1G', ...options }));
  }

  private constructor(host: SimulatedHost) {
    this.host = host;
  }

  async domain(): Promise<number> {
    return this.host.xen.domainCreate({ uuid: randomUUID(), type: 'pvh', maxVcpus: 1 });
  }

  backend(kind: string, domid: number, id = '0'): string {
    return `/local/domain/0/backend/${kind}/${domid}/${id}`;
  }

  frontend(kind: string, domid: number, id = '0'): string {
    return `/local/domain/${domid}/device/${kind}/${id}`;
  }

  /** Writes both ends, as a toolstack does, and waits for what follows. */
  async plug(kind: string, domid: number, nodes: Nodes, id = '0'): Promise<void> {
    const frontend = this.frontend(kind === 'qdisk' ? 'vbd' : kind, domid, id);
    const backend = this.backend(kind, domid, id);
    await this.host.store.transaction(async (tx) => {
      await tx.mkdir(`/local/domain/${domid}/device`);
      await tx.setPermissions(`/local/domain/${domid}/device`, readableBy(0, domid));
      await tx.mkdir(frontend);
      await tx.setPermissions(frontend, readableBy(domid, 0));
      await tx.mkdir(backend);
      await tx.setPermissions(backend, readableBy(0, domid));
      await tx.write(`${frontend}/backend`, backend);
      await tx.write(`${frontend}/state`, '1');
      const all = { frontend, 'frontend-id': `${domid}`, online: '1', state: '1', ...nodes };
      for (const [name, value] of Object.entries(all)) await tx.write(`${backend}/${name}`, value);
    });
    await this.settled();
  }

  async script(name: string, args: readonly string[], domid: number, id = '0'): Promise<ScriptEnd> {
    const kind = name === 'block' ? 'vbd' : 'vif';
    const env = { XENBUS_PATH: `backend/${kind}/${domid}/${id}`, vif: `vif${domid}.${id}` };
    const end = await this.host.dom0.runScript({ path: `/etc/xen/scripts/${name}`, args, env });
    await this.settled();
    return end;
  }

  async write(path: string, value: string): Promise<void> {
    await this.host.store.write(path, value);
    await this.settled();
  }

  async read(path: string, ...names: readonly string[]): Promise<(string | undefined)[]> {
    return Promise.all(names.map((name) => this.host.store.read(`${path}/${name}`)));
  }

  async settled(): Promise<void> {
    await this.host.snapshot();
  }

  /** A path in the folder that goes with the host. */
  file(name: string): string {
    return join(this.host.root, 'disks', name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
  }
}

function readableBy(owner: number, reader: number): Permission[] {
  return [
    { domid: owner, access: 'none' },
    { domid: reader, access: 'read' },
  ];
}
