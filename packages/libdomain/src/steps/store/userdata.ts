import { toLibxlJson, updateLibxlJson } from '../../image-config/index.ts';
import { userdataPath } from '../../paths.ts';
import { withAllNamed } from '../../scheduling/name-all.ts';
import type { Step } from '../../step/step.ts';
import { removeUserdata, writeUserdata } from '../../userdata.ts';
import type { Made, Wanted } from '../context.ts';

/** The configuration, where xl looks for it: what to save with the domain, and what to do when it shuts down. */
export const userdata: Step<Wanted & Made> = {
  name: 'userdata',
  about: () => 'configuration, for later actions and for xl',
  async run({ config, configJson, cpuLevel, domid, host, signal }) {
    // A document was read for the life of the domain.
    const read = config.cpuPolicy === undefined || cpuLevel === undefined ? {} : { cpuPolicy: cpuLevel };
    const json =
      configJson === undefined
        ? toLibxlJson(await withAllNamed({ ...config, ...read }, host))
        : updateLibxlJson(configJson, config);
    await writeUserdata(host, { domid, uuid: config.uuid }, json, signal);
    return {};
  },
  undo: ({ config, domid, host }) => removeUserdata(host, { domid, uuid: config.uuid }),
  leaves: ({ config, domid, host }) => userdataPath(host, domid, config.uuid),
};
