import type { DomainConfig } from '../config/index.ts';
import { LIBXL_ACTIONS } from './shutdown-actions.ts';

/**
 * The configuration as libxl's own JSON (libxl_domain_config_to_json): what xl finds in the header of an image, and
 * as userdata of a running domain. In it, booleans are the strings "True" and "False", bitmaps are lists of the bits
 * that are set, and the empty object named after the domain type tells libxl which type the build info is of.
 */
export function toLibxlJson(config: DomainConfig): string {
  return JSON.stringify(
    {
      c_info: {
        type: config.type,
        name: config.name,
        uuid: config.uuid,
        run_hotplug_scripts: 'True',
      },
      b_info: {
        max_vcpus: config.vcpus,
        avail_vcpus: Array.from({ length: config.vcpus }, (_, vcpu) => vcpu),
        max_memkb: config.maxMemoryKib,
        target_memkb: config.memoryKib,
        video_memkb: 0, // libxl takes an absent one for -1 and then reports 1 KiB less than there is
        sched_params: {},
        claim_mode: 'True',
        kernel: config.kernel,
        cmdline: config.cmdline === '' ? undefined : config.cmdline,
        ramdisk: config.ramdisk,
        [`type.${config.type}`]: {},
        arch_arm: {},
        arch_x86: {},
      },
      on_poweroff: LIBXL_ACTIONS[config.onPoweroff],
      on_reboot: LIBXL_ACTIONS[config.onReboot],
      on_crash: LIBXL_ACTIONS[config.onCrash],
      on_soft_reset: 'soft_reset',
    },
    null,
    4,
  );
}
