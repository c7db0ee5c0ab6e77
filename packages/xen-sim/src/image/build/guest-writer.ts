import { PAGE_BYTES } from '../../memory/index.ts';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import { turn } from '../turn.ts';

/** Pages between two turns of the event loop. */
const PAGES_A_TURN = 256;

/** Copies into a new guest, to physical addresses; for PV, pseudo-physical ones. */
export class GuestWriter {
  readonly #machine: Machine;
  readonly #domain: MachineDomain;
  readonly #page = Buffer.alloc(PAGE_BYTES);

  constructor(machine: Machine, domain: MachineDomain) {
    this.#machine = machine;
    this.#domain = domain;
  }

  /** Writes any length, with turns for others in between. */
  async copy(address: number, data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += PAGES_A_TURN * PAGE_BYTES) {
      this.write(address + at, data.subarray(at, at + PAGES_A_TURN * PAGE_BYTES));
      await turn();
    }
  }

  /** Writes at once: for what is short. */
  write(address: number, data: Uint8Array): void {
    const { memory } = this.#domain;
    for (let at = 0; at < data.length;) {
      const gfn = Math.floor((address + at) / PAGE_BYTES);
      const offset = (address + at) % PAGE_BYTES;
      const bytes = data.subarray(at, at + PAGE_BYTES - offset);
      // A guest that starts with less than its maximum gets a page here when it is written to.
      if (!memory.isPopulated(gfn)) this.#machine.populate(this.#domain.domid, gfn, 1);
      memory.readPage(gfn, this.#page);
      this.#page.set(bytes, offset);
      memory.writePage(gfn, this.#page);
      at += bytes.length;
    }
  }
}
