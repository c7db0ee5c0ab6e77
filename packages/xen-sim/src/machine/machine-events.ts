/**
 * An event of a domain. `paused` and `unpaused` tell of vCPUs that stop and may run again, not of each count; `created`
 * is followed by no `paused` although a new domain is. `shutdown`, `dying` and `gone` are where Xen raises
 * VIRQ_DOM_EXC, from which xenstored makes @releaseDomain.
 */
export interface MachineEvent {
  readonly type:
    'created' | 'built' | 'paused' | 'unpaused' | 'shutdown' | 'resumed' | 'log-dirty' | 'dying' | 'gone';
  readonly domid: number;
}

export type MachineListener = (event: MachineEvent) => void;

/** Tells listeners at once, in the order in which they came. A listener may change the machine again. */
export class MachineEvents {
  readonly #listeners = new Set<MachineListener>();

  /** @returns what makes it stop listening */
  listen(listener: MachineListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(type: MachineEvent['type'], domid: number): void {
    for (const listener of [...this.#listeners]) listener({ type, domid });
  }
}
