import type { Target } from '../target.ts';
import { channelTarget } from './channel.ts';
import { diskImageTarget } from './disk-image.ts';
import { framesTarget } from './frames.ts';
import { imageFileTarget, packedImageTarget } from './image-file.ts';
import { imageTarget } from './image.ts';
import { journalTarget } from './journal.ts';
import { libxcTarget } from './libxc.ts';
import { libxlJsonTarget } from './libxl-json.ts';
import { messagesTarget, remoteErrorTarget } from './messages.ts';
import { peersTarget } from './peers.ts';
import { preambleTarget } from './preamble.ts';
import { receiveTarget, sendTarget } from './sessions.ts';
import { wireClientTarget, wireServerTarget } from './xen-wire.ts';
import { storeClientTarget, storeMessagesTarget, storeServerTarget } from './xenstore.ts';

/** All that reads what others have written. */
export async function allTargets(): Promise<readonly Target[]> {
  return [
    await libxcTarget(),
    await imageTarget(),
    await imageFileTarget(),
    await packedImageTarget(),
    framesTarget,
    preambleTarget,
    channelTarget,
    receiveTarget,
    sendTarget,
    storeMessagesTarget,
    storeServerTarget,
    storeClientTarget,
    wireServerTarget,
    wireClientTarget,
    messagesTarget,
    remoteErrorTarget,
    libxlJsonTarget(),
    journalTarget,
    peersTarget(),
    diskImageTarget(),
  ];
}
