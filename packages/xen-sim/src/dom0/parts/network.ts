/** A network device that has joined a bridge. */
export interface BridgePort {
  readonly bridge: string;
  readonly port: string;
}

/** The network devices of a simulated host: its bridges, and the ends of guests' devices. */
export class Network {
  readonly #bridges: ReadonlySet<string>;
  readonly #devices = new Set<string>();
  /** bridge by port */
  readonly #ports = new Map<string, string>();

  constructor(bridges: readonly string[]) {
    this.#bridges = new Set(bridges);
  }

  get ports(): readonly BridgePort[] {
    return [...this.#ports].map(([port, bridge]) => ({ bridge, port })).sort(byPort);
  }

  hasBridge(name: string): boolean {
    return this.#bridges.has(name);
  }

  hasDevice(name: string): boolean {
    return this.#devices.has(name);
  }

  addDevice(name: string): void {
    this.#devices.add(name);
  }

  /** What is no more is no port either. */
  removeDevice(name: string): void {
    this.#devices.delete(name);
    this.leave(name);
  }

  rename(name: string, to: string): void {
    if (this.#devices.delete(name)) this.#devices.add(to);
  }

  join(bridge: string, port: string): void {
    this.#ports.set(port, bridge);
  }

  leave(port: string): void {
    this.#ports.delete(port);
  }
}

function byPort(one: BridgePort, other: BridgePort): number {
  return one.port < other.port ? -1 : 1;
}
