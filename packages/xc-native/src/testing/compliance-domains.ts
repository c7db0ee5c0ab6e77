import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { HVM_PARAM } from '../xen.ts';
import type { BuildSpec, CreateDomainSpec, DomainInfo, E820Entry, Ports, RingFrames, Xen } from '../xen.ts';

/** Of a connection to xenstored, what a guest needs to be started. `Xenstore` of packages/xenstore has it. */
export interface ComplianceStore {
  write(path: string, value: string): Promise<void>;
  rm(path: string): Promise<void>;
  setPermissions(
    path: string,
    permissions: readonly { readonly domid: number; readonly access: 'none' | 'read' }[],
  ): Promise<void>;
  introduceDomain(domid: number, frame: bigint, port: number): Promise<void>;
}

export interface EmptyDomain {
  readonly domid: number;
  readonly ports: Ports;
}

export interface FilledDomain extends EmptyDomain {
  readonly frames: RingFrames;
}

/** The memory of the domains of these tests: little, so that it is soon written and read. */
export const MEMORY_KIB = 4 * 1024;
const VCPUS = 1;
/** For the rings and the other special pages. */
const SLACK_KIB = 1024;
/** A MiB for each vCPU and a page for each MiB, as libxl gives. */
const POOL_BYTES = (256 * VCPUS + MEMORY_KIB / 1024) * 4096;

const LOWMEM_LIMIT = 0xfc00_0000;
const FOUR_GIB = 0x1_0000_0000;

/** The domains that one test makes, and their end. */
export class ComplianceDomains {
  readonly #xen: Xen;
  readonly #store: ComplianceStore;
  readonly #kernel: string;
  readonly #domids: number[] = [];

  constructor(host: { readonly xen: Xen; readonly store: ComplianceStore; readonly kernel: string }) {
    this.#xen = host.xen;
    this.#store = host.store;
    this.#kernel = host.kernel;
  }

  /** Only created: no vCPUs, no memory. */
  async create(spec: Partial<CreateDomainSpec> = {}): Promise<number> {
    const domid = await this.#xen.domainCreate({
      uuid: randomUUID(),
      type: 'pvh',
      maxVcpus: VCPUS,
      ...spec,
    });
    this.#domids.push(domid);
    return domid;
  }

  /** Ready for a kernel or for an image, by the calls that libxl makes, in their order. */
  async empty(type: 'pv' | 'pvh' = 'pvh', memoryKib = MEMORY_KIB): Promise<EmptyDomain> {
    const xen = this.#xen;
    const domid = await this.create({ type });
    await xen.domainMaxVcpus(domid, VCPUS);
    await xen.domainSetmaxmem(domid, memoryKib + SLACK_KIB);
    const storePort = await xen.evtchnAllocUnbound(domid, 0);
    const consolePort = await xen.evtchnAllocUnbound(domid, 0);
    if (type === 'pvh') {
      await xen.hvmParamSet(domid, HVM_PARAM.TIMER_MODE, 1n);
      await xen.setPagingMempoolSize(domid, POOL_BYTES);
    }
    return { domid, ports: { storePort, consolePort, storeDomid: 0, consoleDomid: 0 } };
  }

  /** With the kernel in its memory, and paused: it has never run. */
  async built(): Promise<FilledDomain> {
    const { domid, ports } = await this.empty();
    await this.#xen.cpuidApplyPolicy(domid, { restore: false });
    return { domid, ports, frames: await this.#xen.domainBuild(domid, this.buildSpec(ports)) };
  }

  buildSpec(ports: Ports, memoryKib = MEMORY_KIB): BuildSpec {
    return {
      ...ports,
      type: 'pvh',
      kernel: this.#kernel,
      cmdline: '',
      targetKib: memoryKib,
      maxKib: memoryKib,
      maxVcpus: VCPUS,
      e820: memoryMap(memoryKib * 1024),
    };
  }

  /** Gives it what a guest looks for in xenstore, and lets it run. */
  async start({ domid, ports, frames }: FilledDomain): Promise<void> {
    const domain = `/local/domain/${domid}`;
    const entries = {
      name: `compliance-${domid}`,
      domid: `${domid}`,
      'store/port': `${ports.storePort}`,
      'store/ring-ref': `${frames.storeFrame}`,
      'console/type': 'xenconsoled',
      'console/output': 'pty',
      'console/limit': '1048576',
      'console/port': `${ports.consolePort}`,
      'console/ring-ref': `${frames.consoleFrame}`,
      'console/tty': '',
    };
    await this.#store.write(domain, '');
    await this.#store.setPermissions(domain, [
      { domid: 0, access: 'none' },
      { domid, access: 'read' },
    ]);
    for (const [name, value] of Object.entries(entries)) await this.#store.write(`${domain}/${name}`, value);
    for (const name of ['shutdown', 'feature-suspend', 'feature-poweroff', 'feature-reboot']) {
      await this.#store.write(`${domain}/control/${name}`, '');
      await this.#store.setPermissions(`${domain}/control/${name}`, [{ domid, access: 'none' }]);
    }
    await this.#store.introduceDomain(domid, frames.storeFrame, ports.storePort);
    await this.#xen.domainUnpause(domid);
  }

  /** Asks a guest that runs, and waits until it has done so. */
  async ask(domid: number, word: 'suspend' | 'poweroff'): Promise<void> {
    await this.#store.write(`/local/domain/${domid}/control/shutdown`, word);
    await this.waitFor(domid, (info) => info?.shutdownReason === word, `domain ${domid}: ${word}`);
  }

  /** Waits until a domain is as it should be; undefined once it is gone. */
  async waitFor(
    domid: number,
    isThere: (info: DomainInfo | undefined) => boolean,
    what: string,
  ): Promise<void> {
    await eventually(async () => isThere(await this.#xen.domainGetinfo(domid)), what);
  }

  /** Destroys it and waits until Xen has forgotten it: the daemons that map its rings must notice first. */
  async destroy(domid: number): Promise<void> {
    await this.#xen.domainDestroy(domid);
    await this.waitFor(domid, (info) => info === undefined, `domain ${domid} to be gone`);
  }

  /** Destroys all that is left of the test. */
  async clean(): Promise<void> {
    for (const domid of this.#domids.splice(0)) {
      await this.destroy(domid).catch((error: unknown) => {
        if (!(error instanceof VmToolsError && error.kind === 'no-domain')) throw error;
      });
      await this.#store.rm(`/local/domain/${domid}`);
    }
  }
}

/** Waits for a state that no event announces. */
export async function eventually(
  isSo: () => Promise<boolean>,
  what: string,
  limitMs = patient(60_000),
): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error(`waited ${limitMs} ms for ${what}`);
    await delay(20);
  }
}

/** RAM, and the special pages that a guest must leave alone. */
function memoryMap(bytes: number): E820Entry[] {
  const lowmem = Math.min(bytes, LOWMEM_LIMIT);
  const highmem = bytes - lowmem;
  return [
    { address: 0, size: lowmem, type: 'ram' },
    { address: 0xfeff_8000, size: 0x8000, type: 'reserved' },
    ...(highmem > 0 ? [{ address: FOUR_GIB, size: highmem, type: 'ram' } as const] : []),
  ];
}
