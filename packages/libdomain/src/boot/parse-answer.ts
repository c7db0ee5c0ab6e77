/** The words of a bootloader about what it has found. */
export interface BootAnswer {
  readonly kernel: string;
  readonly ramdisk?: string;
  /** the whole command line; none is an empty one */
  readonly cmdline: string;
}

/** The answer, or why it is none, as a clause. */
export type ReadAnswer = { readonly answer: BootAnswer } | { readonly why: string };

/** As libxl names them. */
const FIELDS = ['kernel', 'ramdisk', 'args'] as const;

/**
 * Reads what a bootloader has written in the format "simple0": `kernel PATH`, `ramdisk PATH` and `args TEXT`, each
 * with a NUL behind it. As with libxl, items of other names mean nothing. One that comes twice is refused: a guest
 * whose command line has a NUL could otherwise add a path.
 *
 * @param maxBytes of all of it
 */
export function parseAnswer(output: string, maxBytes: number): ReadAnswer {
  if (Buffer.byteLength(output) > maxBytes) return { why: `its answer is longer than ${maxBytes} bytes` };
  const found = new Map<string, string>();
  for (const item of output.split('\0')) {
    const [, name = '', value = ''] = /^(\w+)\s+(.*)$/s.exec(item) ?? [];
    if (!(FIELDS as readonly string[]).includes(name)) continue;
    if (found.has(name)) return { why: `its answer has two of ${name}` };
    found.set(name, value);
  }
  const [kernel, ramdisk, cmdline = ''] = FIELDS.map((name) => found.get(name));
  if (kernel === undefined || kernel === '') return { why: 'its answer names none' };
  return { answer: { kernel, cmdline, ...(ramdisk === undefined ? {} : { ramdisk }) } };
}
