import { closeBackend } from './close-backend.ts';
import { CONSOLE } from './console.ts';
import type { DeviceKind } from './kind.ts';

/** All kinds, in the order of libxl: those of one kind are plugged in at the same time, and then those of the next. */
export const PLUG_ORDER: readonly DeviceKind[] = [CONSOLE];

/** The kind of a device that is there; undefined for one that only another toolstack knows. */
export function kindOf({ kind }: { readonly kind: string }): DeviceKind | undefined {
  return PLUG_ORDER.find(({ name }) => name === kind);
}

/** A device that another toolstack has plugged in, of a kind that is not known here. */
export const FOREIGN: Pick<DeviceKind, 'unplug'> = { unplug: closeBackend };
