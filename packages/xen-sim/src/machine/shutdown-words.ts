import { SHUTDOWN_REASONS, type ShutdownReason } from '@vm-tools/xc-native';

/** The value for a domain that has not shut down. */
const NO_REASON = 255;

/** How libxc prints it: "shutdown 1, reason 2". Crashed is a flag of its own there. */
export function shutdownWords(reason: ShutdownReason | undefined): string {
  const isShutDown = reason !== undefined && reason !== 'crash';
  const number = reason === undefined ? NO_REASON : SHUTDOWN_REASONS.indexOf(reason);
  return `shutdown ${isShutDown ? 1 : 0}, reason ${number}`;
}
