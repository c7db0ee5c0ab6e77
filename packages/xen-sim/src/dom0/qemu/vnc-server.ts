const FIRST_PORT = 5900;

/** The VNC server of a qemu. */
export interface VncServer {
  readonly host: string;
  readonly port: number;
  readonly needsPassword: boolean;
}

/**
 * The server that a command line asks for: `-vnc 127.0.0.1:7,password=on,to=99`.
 *
 * @param isTaken whether another one listens on a port
 * @returns undefined for none, and a sentence when there is no port for it
 */
export function vncServerOf(
  args: readonly string[],
  isTaken: (port: number) => boolean,
): VncServer | string | undefined {
  const asked = args[args.indexOf('-vnc') + 1];
  if (!args.includes('-vnc') || asked === undefined || asked === 'none') return undefined;
  const [, host = '', display = '0', options = ''] = /^([^,]*):(\d+)(.*)$/.exec(asked) ?? [];
  const more = Number(/,to=(\d+)/.exec(options)?.[1] ?? 0);
  const first = FIRST_PORT + Number(display);
  for (let port = first; port <= first + more; port += 1)
    if (!isTaken(port)) return { host, port, needsPassword: options.includes(',password=on') };
  return `-vnc ${asked}: Failed to find an available port: Address already in use`;
}
