import { closeBackend } from './backend/close-backend.ts';
import { CHANNEL } from './kinds/channel.ts';
import { CONSOLE } from './kinds/console.ts';
import type { DeviceKind } from './kind.ts';
import { SHARE } from './kinds/share.ts';
import { VBD } from './kinds/vbd.ts';
import { VFB, VKBD } from './kinds/vfb.ts';
import { VIF } from './kinds/vif.ts';

/** All kinds. Devices of all of them are plugged in at the same time: none needs another. */
export const DEVICE_KINDS: readonly DeviceKind[] = [VBD, CONSOLE, CHANNEL, SHARE, VFB, VKBD, VIF];

/** The kind of a device that is there; undefined for one that only another toolstack knows. */
export function kindOf({ kind }: { readonly kind: string }): DeviceKind | undefined {
  return DEVICE_KINDS.find(({ name }) => name === kind);
}

/** A device that another toolstack has plugged in, of a kind that is not known here. */
export const FOREIGN: Pick<DeviceKind, 'unplug'> = { unplug: closeBackend };
