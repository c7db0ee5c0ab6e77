import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { VmToolsError } from '@vm-tools/errors';
import type {
  BuildSpec,
  CreateDomainSpec,
  DomainInfo,
  HostInfo,
  PrecopyStats,
  RestoreCall,
  RingFrames,
  SaveCall,
  SaveSpec,
  ShutdownReason,
  Xen,
} from '@vm-tools/xc-native';
import type { Faults } from './faults.ts';
import { savedStream } from './saved-stream.ts';

const FRAMES: RingFrames = { storeFrame: 0xfeffcn, consoleFrame: 0xfeffffn };

interface FakeDomain {
  readonly domid: number;
  readonly uuid: string;
  readonly type: 'pv' | 'pvh';
  readonly settings: Record<string, unknown>;
  vcpus: number;
  maxPages: number;
  poolPages: number;
  totPages: number;
  isDying: boolean;
  pauses: number;
  shutdownReason: ShutdownReason | undefined;
}

/** A hypervisor in memory that knows domains, pages and pauses, and as little else as steps can do without. */
export class FakeXen implements Xen {
  readonly version = { major: 4, minor: 17, extra: '.7' };
  readonly domains = new Map<number, FakeDomain>();
  capabilities: HostInfo['capabilities'] = {
    hvm: true,
    pv: true,
    hap: true,
    shadow: false,
    gnttabV1: true,
    gnttabV2: true,
  };
  /** Somebody holds a page of every domain that dies. */
  keepsZombies = false;
  /** Pages that guests dirty while each round of precopy is sent. */
  dirtyPages: number[] = [400, 10];
  /** Called when a domain has shut down, has died or is gone. */
  onRelease: (domid: number) => void = () => undefined;
  /** The bytes that the last restore was given. */
  restored: Buffer | undefined;
  readonly #faults: Faults;
  readonly #totalPages: number;
  #nextDomid = 1;

  constructor(faults: Faults, totalMib: number) {
    this.#faults = faults;
    this.#totalPages = totalMib * 256;
  }

  get freePages(): number {
    let free = this.#totalPages;
    for (const { totPages, poolPages } of this.domains.values()) free -= totPages + poolPages;
    return free;
  }

  /** As if the guest itself had called Xen. */
  guestShutsDown(domid: number, reason: ShutdownReason): void {
    this.#find(domid).shutdownReason = reason;
    this.onRelease(domid);
  }

  async physinfo(): Promise<HostInfo> {
    this.#faults.call('xen.physinfo');
    return {
      totalPages: this.#totalPages,
      freePages: this.freePages,
      scrubPages: 0,
      outstandingPages: 0,
      onlineCpus: 2,
      cpuKhz: 2_400_000,
      capabilities: this.capabilities,
    };
  }
  async domainGetinfo(domid: number): Promise<DomainInfo | undefined> {
    this.#faults.call('xen.domainGetinfo');
    const domain = this.domains.get(domid);
    return domain === undefined ? undefined : infoOf(domain);
  }
  async domainGetinfolist(): Promise<readonly DomainInfo[]> {
    this.#faults.call('xen.domainGetinfolist');
    return [...this.domains.values()].map(infoOf);
  }
  async domainCreate({ uuid, type, maxVcpus }: CreateDomainSpec): Promise<number> {
    this.#faults.call('xen.domainCreate');
    const domid = this.#nextDomid++;
    const empty = { maxPages: 0, poolPages: 0, totPages: 0, isDying: false, shutdownReason: undefined };
    this.domains.set(domid, { domid, uuid, type, vcpus: maxVcpus, pauses: 1, settings: {}, ...empty });
    return domid;
  }
  async domainMaxVcpus(domid: number, maxVcpus: number): Promise<void> {
    this.#on('domainMaxVcpus', domid).vcpus = maxVcpus;
  }
  async domainSetmaxmem(domid: number, kib: number): Promise<void> {
    this.#on('domainSetmaxmem', domid).maxPages = kib / 4;
  }
  async domainSetMemmapLimit(domid: number, kib: number): Promise<void> {
    this.#on('domainSetMemmapLimit', domid).settings['memmapLimit'] = kib;
  }
  async domainSetTscInfo(domid: number, mode: number): Promise<void> {
    this.#on('domainSetTscInfo', domid).settings['tsc'] = mode;
  }
  async domainSetTimeOffset(domid: number, seconds: number): Promise<void> {
    this.#on('domainSetTimeOffset', domid).settings['timeOffset'] = seconds;
  }
  async setPagingMempoolSize(domid: number, bytes: number): Promise<void> {
    this.#on('setPagingMempoolSize', domid).poolPages = bytes / 4096;
  }
  async hvmParamSet(domid: number, param: number, value: bigint): Promise<void> {
    this.#on('hvmParamSet', domid).settings[`param ${param}`] = value;
  }
  async hvmParamGet(domid: number, param: number): Promise<bigint> {
    return (this.#on('hvmParamGet', domid).settings[`param ${param}`] ?? 0n) as bigint;
  }
  async cpuidApplyPolicy(domid: number): Promise<void> {
    this.#on('cpuidApplyPolicy', domid).settings['cpuPolicy'] = true;
  }
  async evtchnAllocUnbound(domid: number, remoteDomid: number): Promise<number> {
    const { settings } = this.#on('evtchnAllocUnbound', domid);
    const ports = (settings['ports'] ??= []) as number[];
    ports.push(remoteDomid);
    return ports.length;
  }
  async domainPause(domid: number): Promise<void> {
    this.#on('domainPause', domid).pauses++;
  }
  async domainUnpause(domid: number): Promise<void> {
    this.#on('domainUnpause', domid).pauses--;
  }
  async domainShutdown(domid: number, reason: ShutdownReason): Promise<void> {
    this.#on('domainShutdown', domid);
    this.guestShutsDown(domid, reason);
  }
  async domainResume(domid: number): Promise<void> {
    this.#on('domainResume', domid).shutdownReason = undefined;
  }
  async domainDestroy(domid: number): Promise<void> {
    const domain = this.#on('domainDestroy', domid);
    domain.isDying = true;
    domain.totPages = 1;
    domain.poolPages = 0;
    this.onRelease(domid);
    if (!this.keepsZombies) this.domains.delete(domid);
  }
  async domainBuild(domid: number, spec: BuildSpec): Promise<RingFrames> {
    this.#populate(this.#on('domainBuild', domid), spec.targetKib / 4);
    return FRAMES;
  }

  domainSave(domid: number, spec: SaveSpec): SaveCall {
    const stream = new PassThrough();
    stream.on('error', () => undefined);
    const done = this.#save(domid, spec, stream);
    done.then(
      () => stream.end(),
      (error: unknown) => stream.destroy(error as Error),
    );
    return { stream, done };
  }

  domainRestore(domid: number): RestoreCall {
    const sink = new PassThrough();
    sink.on('error', () => undefined);
    const restore = async (): Promise<RingFrames> => {
      const domain = this.#on('domainRestore', domid);
      this.restored = await buffer(sink);
      this.#populate(domain, 256);
      return FRAMES;
    };
    return { sink, done: restore() };
  }

  async close(): Promise<void> {}

  async #save(domid: number, { live, suspend, precopy }: SaveSpec, stream: PassThrough): Promise<void> {
    const domain = this.#on('domainSave', domid);
    const send = (bytes: Uint8Array): void => {
      if (stream.destroyed) throw xcError('domainSave', 'EPIPE');
      stream.write(bytes);
    };
    const ask = async (stats: PrecopyStats): Promise<boolean> => {
      const decision = (await precopy?.(stats)) ?? 'stop-and-copy';
      if (decision === 'abort') throw xcError('domainSave', 'ECANCELED');
      return decision === 'continue';
    };
    // The loop of send_memory_live in libxc: it asks before each round and behind it.
    send(savedStream.head());
    if (live) {
      let dirtyPages = domain.totPages;
      let written = 0;
      for (let iteration = 0; ; iteration++) {
        const goOn = await ask({ iteration, totalWrittenPages: written, dirtyPages });
        send(savedStream.pages(Math.max(1, dirtyPages)));
        written += dirtyPages;
        if (
          !goOn ||
          !(await ask({ iteration: iteration + 1, totalWrittenPages: written, dirtyPages: undefined }))
        )
          break;
        dirtyPages = this.dirtyPages[iteration] ?? 0;
      }
    }
    await suspend();
    if (domain.shutdownReason !== 'suspend') throw xcError('domainSave', 'EINVAL');
    send(savedStream.pages(16));
    send(savedStream.tail());
  }

  #populate(domain: FakeDomain, pages: number): void {
    if (domain.type === 'pvh' && domain.poolPages === 0) throw xcError('populate', 'ENOMEM');
    if (pages > domain.maxPages || pages > this.freePages) throw xcError('populate', 'ENOMEM');
    domain.totPages = pages;
  }

  #on(call: string, domid: number): FakeDomain {
    this.#faults.call(`xen.${call}`);
    return this.#find(domid);
  }

  #find(domid: number): FakeDomain {
    const domain = this.domains.get(domid);
    if (domain === undefined) throw xcError('find', 'ESRCH');
    return domain;
  }
}

function xcError(call: string, errno: string): VmToolsError {
  return new VmToolsError({
    code: `XEN_${errno}`,
    message: `${call} failed: ${errno}`,
    details: { call, errno },
  });
}

function infoOf(domain: FakeDomain): DomainInfo {
  const isShutdown = domain.shutdownReason !== undefined;
  return {
    domid: domain.domid,
    uuid: domain.uuid,
    isHvmContainer: domain.type === 'pvh',
    isDying: domain.isDying,
    isPaused: domain.pauses > 0,
    isBlocked: false,
    isRunning: domain.pauses === 0 && !isShutdown,
    shutdownReason: domain.shutdownReason,
    totPages: domain.totPages,
    maxPages: domain.maxPages,
    outstandingPages: 0,
    pagedPages: 0,
    onlineVcpus: domain.vcpus,
    maxVcpuId: domain.vcpus - 1,
    cpuTimeNs: 0n,
  };
}
