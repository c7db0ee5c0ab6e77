import type { ShutdownAction } from '../config/index.ts';

/** libxl_action_on_shutdown, by the names that its JSON has. */
export const LIBXL_ACTIONS = {
  destroy: 'destroy',
  restart: 'restart',
  preserve: 'preserve',
  'rename-restart': 'restart_rename',
  'coredump-destroy': 'coredump_destroy',
  'coredump-restart': 'coredump_restart',
  'soft-reset': 'soft_reset',
} as const satisfies Record<ShutdownAction, string>;

/** Our word for one of libxl's; undefined for one that libxl 4.17 does not have. */
export function actionOf(libxlName: string): ShutdownAction | undefined {
  const names = Object.keys(LIBXL_ACTIONS) as ShutdownAction[];
  return names.find((name) => LIBXL_ACTIONS[name] === libxlName);
}
