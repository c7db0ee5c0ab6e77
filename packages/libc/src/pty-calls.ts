import type { Koffi } from './koffi.ts';

/** The calls for a pseudo-terminal that Node lacks. */
export interface PtyCalls {
  /**
   * Lets the other end of a pseudo-terminal be opened (grantpt, unlockpt).
   *
   * @param master what opening /dev/ptmx gave
   * @returns the path of the other end, e.g. "/dev/pts/7"
   * @throws an error of the system, with its `code`
   */
  readonly unlockPty: (master: number) => string;
  /**
   * Passes bytes on as they are, without echo, line editing and signals (cfmakeraw).
   *
   * @throws an error of the system, with its `code`
   */
  readonly makeRaw: (terminal: number) => void;
}

/** Room for the longest path that the kernel gives, and for struct termios of any libc. */
const SCRATCH_BYTES = 128;

/** Binds them. */
export function ptyCalls(
  library: ReturnType<Koffi['load']>,
  systemError: (call: string) => NodeJS.ErrnoException,
): PtyCalls {
  const checked = (name: string, ...more: string[]): ((fd: number, ...values: unknown[]) => void) => {
    const call = library.func(name, 'int', ['int', ...more]) as (...values: unknown[]) => number;
    return (fd, ...values) => {
      if (call(fd, ...values) !== 0) throw systemError(name);
    };
  };
  const grantpt = checked('grantpt');
  const unlockpt = checked('unlockpt');
  const ptsname = checked('ptsname_r', 'void *', 'size_t');
  const tcgetattr = checked('tcgetattr', 'void *');
  const tcsetattr = checked('tcsetattr', 'int', 'void *');
  const cfmakeraw = library.func('cfmakeraw', 'void', ['void *']) as (termios: Buffer) => void;
  return {
    unlockPty: (master) => {
      grantpt(master);
      unlockpt(master);
      const path = Buffer.alloc(SCRATCH_BYTES);
      ptsname(master, path, path.length);
      return path.toString('utf8', 0, path.indexOf(0));
    },
    makeRaw: (terminal) => {
      const termios = Buffer.alloc(SCRATCH_BYTES);
      tcgetattr(terminal, termios);
      cfmakeraw(termios);
      tcsetattr(terminal, 0, termios);
    },
  };
}
