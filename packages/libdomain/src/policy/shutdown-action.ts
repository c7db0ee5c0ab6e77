import type { ShutdownReason } from '@vm-tools/xc-native';
import { SHUTDOWN_ACTIONS } from '../config/keys/values.ts';
import type { ActionField, DomainConfig, ShutdownAction } from '../config/schema.ts';

/**
 * The action of the configuration for a domain that has shut down; undefined when there is nothing for us to do: a
 * suspended domain belongs to the process that saves it, and a soft reset is not something that these tools can do.
 */
export function shutdownAction(
  config: Pick<DomainConfig, ActionField>,
  reason: ShutdownReason,
): ShutdownAction | undefined {
  switch (reason) {
    case 'poweroff':
      return config.onPoweroff;
    case 'reboot':
      return config.onReboot;
    case 'crash':
      return config.onCrash;
    case 'watchdog':
      return config.onWatchdog;
    case 'soft-reset':
      return config.onSoftReset === 'soft-reset' ? undefined : config.onSoftReset;
    case 'suspend':
      return undefined;
  }
}

/** The others come with domains of xl. To keep a domain beside its successor, it would need another UUID. */
export function isPossible(action: ShutdownAction): boolean {
  return (SHUTDOWN_ACTIONS as readonly string[]).includes(action);
}
