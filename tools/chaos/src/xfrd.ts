import { createInterface } from 'node:readline';
import { freePort, untilListening } from '@vm-tools/cli/testing';
import type { LineProcess, TestHost } from '@vm-tools/xen-sim/testing';

/** The xfrd of one host: it may be killed, and is then started again at the same address. */
export class ChaosXfrd {
  readonly #host: TestHost;
  readonly #port: number;
  #process: LineProcess | undefined;
  /** Starts and kills come one after the other, whichever user asks for them. */
  #last: Promise<unknown> = Promise.resolve();
  /** The last lines of its log. */
  readonly log: string[] = [];

  private constructor(host: TestHost, port: number) {
    this.#host = host;
    this.#port = port;
  }

  static async start(host: TestHost): Promise<ChaosXfrd> {
    const xfrd = new ChaosXfrd(host, await freePort());
    await xfrd.ensure();
    return xfrd;
  }

  /** The address for vm-migrate. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Starts it if it does not run; rejects when it ends before it listens. */
  ensure(): Promise<void> {
    return this.#next(() => this.#start());
  }

  /** As kill -9, its receiver included. */
  kill(): Promise<void> {
    return this.#next(() => this.#kill());
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #start(): Promise<void> {
    if (this.#process !== undefined) return;
    const started = this.#host.spawn(`exec xfrd --listen tls://${this.address} --json`);
    const forget = (): void => {
      if (this.#process === started) this.#process = undefined;
    };
    started.exited.then(forget, forget);
    started.stdout.resume();
    createInterface({ input: started.stderr }).on('line', (line) => {
      this.log.push(line);
      if (this.log.length > 400) this.log.shift();
    });
    await untilListening(started);
    this.#process = started;
  }

  async #kill(): Promise<void> {
    const killed = this.#process;
    if (killed === undefined) return;
    await killed.kill('SIGKILL');
    await killed.exited;
    this.#process = undefined;
  }
}
