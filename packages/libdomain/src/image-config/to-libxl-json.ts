import { FIELDS, KEYS, type Field } from '../config/keys/keys.ts';
import type { DomainConfig, ShutdownAction } from '../config/index.ts';
import { toLibxlDisk } from './devices/disk.ts';
import { toLibxlNic } from './devices/nic.ts';
import { LIBXL_ACTIONS } from './shutdown-actions.ts';

/**
 * The configuration as libxl's own JSON (libxl_domain_config_to_json): what xl finds in the header of an image, and
 * as userdata of a running domain. In it, booleans are the strings "True" and "False", bitmaps are lists of the bits
 * that are set, and the empty object named after the domain type tells libxl which type the build info is of.
 */
export function toLibxlJson(config: DomainConfig): string {
  const json: Record<string, unknown> = {
    c_info: { ...fieldsIn('c_info', config), run_hotplug_scripts: 'True' },
    b_info: {
      ...fieldsIn('b_info', config),
      avail_vcpus: Array.from({ length: config.vcpus }, (_, vcpu) => vcpu),
      video_memkb: 0, // libxl takes an absent one for -1 and then reports 1 KiB less than there is
      sched_params: {},
      claim_mode: 'True',
      [`type.${config.type}`]: {},
      arch_arm: {},
      arch_x86: {},
    },
    ...fieldsIn('', config),
    on_soft_reset: 'soft_reset',
  };
  return JSON.stringify(json, null, 4);
}

/** The fields that stand in this section, by libxl's names for them. */
function fieldsIn(section: '' | 'c_info' | 'b_info', config: DomainConfig): Record<string, unknown> {
  const entries = FIELDS.flatMap((field) => {
    const [name = '', sectionOfField = ''] = KEYS[field].libxl.split('.').reverse();
    return sectionOfField === section ? [[name, valueOf(field, config)]] : [];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Empty fields are left out, as libxl does. */
function valueOf(field: Field, config: DomainConfig): unknown {
  const value = config[field];
  if (field === 'disks') return absentIfEmpty(config.disks.map(toLibxlDisk));
  if (field === 'networks') return absentIfEmpty(config.networks.map(toLibxlNic));
  if (KEYS[field].kind === 'action') return LIBXL_ACTIONS[value as ShutdownAction];
  if (Array.isArray(value)) return absentIfEmpty(value);
  return value === '' ? undefined : value;
}

function absentIfEmpty(list: readonly unknown[]): readonly unknown[] | undefined {
  return list.length === 0 ? undefined : list;
}
