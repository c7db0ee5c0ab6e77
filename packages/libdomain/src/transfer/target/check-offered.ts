import { VmToolsError } from '@vm-tools/errors';
import type { DomainConfig } from '../../config/schema.ts';
import type { Offer } from '@vm-tools/ports';

type Promised = Pick<Offer, 'name' | 'uuid' | 'type' | 'maxMemoryBytes'>;

/**
 * The offer decides whether a peer may send a guest, but the configuration in the image decides what is made here: so
 * the configuration must be as the offer has promised.
 *
 * @throws VmToolsError DOMAIN_NOT_AS_OFFERED of kind corrupt, with `details.field`
 */
export function checkOffered(config: DomainConfig & { readonly uuid: string }, offer: Promised): void {
  const maxMemoryBytes = Math.max(config.memoryKib, config.maxMemoryKib) * 1024;
  if (config.name !== offer.name) throw notAsOffered('name', config.name, offer.name);
  if (config.uuid !== offer.uuid.toLowerCase()) throw notAsOffered('uuid', config.uuid, offer.uuid);
  if (config.type !== offer.type) throw notAsOffered('type', config.type, offer.type);
  if (maxMemoryBytes > offer.maxMemoryBytes) {
    throw notAsOffered('maxMemoryBytes', maxMemoryBytes, offer.maxMemoryBytes);
  }
}

function notAsOffered(field: keyof Promised, found: string | number, offered: string | number): VmToolsError {
  const [has, promised] = [JSON.stringify(found), JSON.stringify(offered)];
  return new VmToolsError({
    code: 'DOMAIN_NOT_AS_OFFERED',
    kind: 'corrupt',
    message: `the configuration that came with the domain is not what was offered: ${field} is ${has}, and was to be ${promised}`,
    hint: 'see on the sending host whether the domain was changed meanwhile, and send it again',
    details: { field, found, offered },
  });
}
