import type { Xenstore } from '@vm-tools/xenstore';
import type { MachineDomain } from '../machine/index.ts';
import { GuestDevices } from './devices/devices.ts';
import { announceFeatures, obey, obeySysrq } from './manners.ts';
import { applyWords, IDLE_MODEL } from './model/model.ts';
import { parseWords } from './model/parse-model.ts';
import type { GuestWords, WrittenWords } from './model/words.ts';
import type { GuestState, StatePage } from './pages/state-page.ts';
import { bootState, Program } from './program.ts';
import { wordsFor } from './scenario.ts';
import { followTarget, followVcpus } from './resize.ts';
import { sizeOf } from './size.ts';
import { VcpuTime } from './vcpu-time.ts';
import type { GuestConsole, GuestWorld } from './world.ts';

/** From log-dirty to the end of a guest that ends in precopy: the first round is under way then. */
const PRECOPY_END_MS = 5;
/** Between two tries to reach a xenstored that has gone away. */
const RECONNECT_MS = 1000;

/** A guest in a domain: its console, its talk with the toolstack, and the times at which it acts. */
export class Guest {
  readonly #world: GuestWorld;
  readonly #wallMs: () => number;
  readonly #domain: MachineDomain;
  readonly #time: VcpuTime;
  readonly #console: GuestConsole;
  readonly #stopInput: () => void;
  readonly #life: Promise<void>;
  #program: Program | undefined;
  #store: Xenstore | undefined;
  /** How it comes to run again, to be told when it does. */
  #news: string | undefined;
  #mustReconnect = false;
  #devices: GuestDevices | undefined;
  /** It boots, or connects to xenstored. */
  #isComing = true;

  /** @param page what was found in the domain's memory */
  constructor(world: GuestWorld, wallMs: () => number, domain: MachineDomain, page: StatePage) {
    this.#world = world;
    this.#wallMs = wallMs;
    this.#domain = domain;
    this.#time = new VcpuTime(world.clock, () => domain.runtimeMs());
    this.#console = world.console(domain.domid);
    // Typed characters come back, as from any terminal.
    this.#stopInput = this.#console.onInput((bytes) => {
      if (this.#time.isRunning) this.#console.write(bytes.toString().replaceAll('\r', '\r\n'));
    });
    if ('state' in page) {
      this.#load(page.state);
      this.#news = 'resumed in a new domain';
    }
    this.#life = this.#live(page);
  }

  /** Its state and its work up to now; undefined while it has not booted. */
  get state(): GuestState | undefined {
    this.#program?.catchUp();
    return this.#program?.state;
  }

  /** Whether it has something to do with its devices that needs no time. */
  get isBusy(): boolean {
    return this.#time.isRunning && (this.#isComing || this.#devices?.isBusy === true);
  }

  /** @returns false when it has not booted */
  change(words: GuestWords): boolean {
    if (this.#program === undefined) return false;
    this.#program.change(applyWords(this.#program.state.model, words));
    this.#devices?.look();
    return true;
  }

  /** To be called when the domain may have begun or ceased to run. */
  look(): void {
    const domain = this.#domain;
    if (domain.shutdownReason === 'suspend') this.#news = 'suspend cancelled';
    if (domain.isRunning === this.#time.isRunning) return;
    if (this.#time.isRunning) {
      this.#time.stop();
      this.#program?.catchUp(); // this is the moment at which it ran last
      return;
    }
    const gapMs = this.#program?.wake() ?? 0;
    this.#time.start();
    if (this.#news === undefined) return;
    this.#say(`${this.#news} after ${Math.round(gapMs)} ms`);
    this.#news = undefined;
    // Its watches may be gone, and what the toolstack knows of it.
    this.#mustReconnect = this.#store !== undefined;
    this.#isComing ||= this.#mustReconnect;
    void this.#store?.close();
  }

  /** The toolstack has begun to copy its memory. */
  async enterPrecopy(): Promise<void> {
    const reason = this.#program?.state.model.inPrecopy;
    if (reason === undefined) return;
    await this.#time.sleep(PRECOPY_END_MS, () => {
      if (!this.#domain.memory.isLogDirty) return; // it was over before
      this.#say(`${reason} in precopy`);
      this.#world.machine.guestShutdown(this.#domain.domid, reason);
    });
  }

  /** The domain is no more, or is no longer simulated. */
  async end(): Promise<void> {
    this.#time.end();
    this.#stopInput();
    this.#domain.program = undefined;
    await this.#store?.close();
    await this.#life;
  }

  #say(text: string): void {
    this.#console.write(`sim: ${text}\r\n`);
  }

  #tick(tick: number, ranMs: number): void {
    this.#console.write(`tick ${tick} t=${ranMs}\r\n`);
  }

  async #live(page: StatePage): Promise<void> {
    if ('words' in page) await this.#boot(page.words);
    const program = this.#program;
    if (program === undefined) {
      this.#isComing = false;
      return; // it never booted
    }
    await Promise.all([this.#keepTicking(program), this.#listen(program)]);
  }

  async #boot(written: WrittenWords): Promise<void> {
    const { nameOf, scenario, seed } = this.#world;
    const name = (await nameOf(this.#domain.domid).catch(() => undefined)) ?? '';
    const words = { ...wordsFor(scenario, name), ...parseWords(written) };
    const model = applyWords({ ...IDLE_MODEL, seed: seedOf(`${seed} ${name}`) }, words);
    await this.#time.sleep(0, () => {
      const { state } = this.#load(bootState(this.#domain.memory, model, this.#wallMs()));
      this.#say('boot');
      if (state.ticks > 0) this.#tick(state.ticks, 0);
    });
  }

  #load(state: GuestState): Program {
    this.#program = new Program(this.#domain, state, {
      wallMs: this.#wallMs,
      onTick: (tick, ranMs) => this.#tick(tick, ranMs),
      onNmi: (vcpu) => this.#say(`NMI for vCPU ${vcpu}`),
    });
    this.#domain.program = this.#program;
    return this.#program;
  }

  async #keepTicking(program: Program): Promise<void> {
    if (program.state.model.tickMs === 0) return;
    while (await this.#time.sleep(program.untilTickMs, () => program.catchUp()));
  }

  async #listen(program: Program): Promise<void> {
    const { connectStore, machine } = this.#world;
    const { domid } = this.#domain;
    const listener = {
      domid,
      time: this.#time,
      model: () => program.state.model,
      say: (text: string) => this.#say(text),
      shutDown: machine.guestShutdown.bind(machine, domid),
    };
    const size = sizeOf(machine, this.#domain, program);
    while (await this.#time.running()) {
      try {
        this.#store = await connectStore(domid);
        if (await this.#time.running()) {
          await announceFeatures(this.#store, listener);
          this.#devices = new GuestDevices(this.#store, listener);
          this.#isComing = false;
          await Promise.all([
            obey(this.#store, listener),
            // Not every toolstack has made a node for keys.
            obeySysrq(this.#store, listener).catch(() => undefined),
            followTarget(this.#store, listener, size),
            followVcpus(this.#store, listener, size),
            this.#devices.drive(),
          ]);
        }
      } catch {
        // The connection is gone, or there never was one. A guest cannot report that to anything.
      }
      await this.#store?.close();
      this.#store = undefined;
      this.#devices = undefined;
      this.#isComing = this.#mustReconnect;
      if (!this.#mustReconnect) await this.#time.sleep(RECONNECT_MS);
      this.#mustReconnect = false;
    }
  }
}

/** A number of 32 bits that depends on all of a text (FNV-1a). */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
