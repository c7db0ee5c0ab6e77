/** The first descriptor that a process is given, by systemd and here alike: behind stdin, stdout and stderr. */
export const FIRST_SOCKET_FD = 3;
/** More are a mistake. */
const MOST = 64;

/**
 * The sockets that systemd has opened for this process (sd_listen_fds(3)). A process that was started by one that got
 * some finds the same environment and has none of them, which is why the number of the process is in it.
 */
export function listenFds(environment: NodeJS.ProcessEnv = process.env, pid = process.pid): number[] {
  const count = Number(environment['LISTEN_FDS'] ?? 0);
  if (Number(environment['LISTEN_PID']) !== pid || !(count > 0 && count <= MOST)) return [];
  return Array.from({ length: count }, (_, index) => FIRST_SOCKET_FD + index);
}
