import { XEN_4_17 } from './4.17.ts';
import { XEN_4_20 } from './4.20.ts';
import { uint } from '../prototypes/ctype.ts';
import { librariesOf, type Versions } from './shape.ts';

const { xc_domain_restore } = XEN_4_20.prototypes.xenguest;

/**
 * What other versions need, as their headers say: no host of theirs has been driven, so none of them is chosen. 4.18
 * changes nothing of what is used; 4.19 has what 4.20 has; 4.21 splits the word of altp2m in two, of which both are zero
 * here; 4.22 wants to know from where xc_domain_restore shall take memory, zero for anywhere, as before.
 */
export const UNPROVEN_VERSIONS: Versions = {
  '4.18': { ...XEN_4_17, libraries: librariesOf('4.18') },
  '4.19': { ...XEN_4_20, libraries: librariesOf('4.19') },
  '4.21': { ...XEN_4_20, libraries: librariesOf('4.21') },
  '4.22': {
    ...XEN_4_20,
    libraries: librariesOf('4.22'),
    prototypes: {
      ...XEN_4_20.prototypes,
      xenguest: {
        ...XEN_4_20.prototypes.xenguest,
        xc_domain_restore: { ...xc_domain_restore, args: [...xc_domain_restore.args, uint], appended: [0] },
      },
    },
  },
};
