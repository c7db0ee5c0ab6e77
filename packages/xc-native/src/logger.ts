import { StructView } from './abi/struct-view.ts';
import type { Layouts } from './versions/structs.ts';
import type { Native } from './koffi/native.ts';
import type { Address } from './prototypes/ctype.ts';

/** xentoollog_level, by number. */
const LEVELS = [
  'none',
  'debug',
  'verbose',
  'detail',
  'progress',
  'info',
  'notice',
  'warn',
  'error',
  'critical',
] as const;
const NOTICE = LEVELS.indexOf('notice');

const LONGEST_LINE_BYTES = 2048;
const KEPT_LINES = 20;

/** A xentoollog_logger in C's memory whose lines come here. */
export interface Logger {
  readonly address: Address;
  /** The lines logged at level notice and above since the last call of this function, oldest first. */
  take(): readonly string[];
  dispose(): void;
}

/**
 * libxc hands its lines over as a format and a va_list, which only C can read: libc's vsnprintf is called from within
 * the callback, while the va_list still lives.
 */
export function createLogger(native: Native, layouts: Layouts, onLog: (line: string) => void): Logger {
  const text = Buffer.alloc(LONGEST_LINE_BYTES);
  let kept: string[] = [];

  const vmessage = native.callback('vmessage', (_logger, level, errno, _context, format, args): undefined => {
    const length = native.functions.vsnprintf(text, text.length, format, args);
    const said = text.toString('utf8', 0, Math.min(Math.max(length, 0), text.length - 1));
    const cause = errno > 0 ? `: ${native.functions.strerror(errno) ?? ''}` : '';
    const line = `${LEVELS[level] ?? 'none'}: ${said.trim().replace(/\s*\n\s*/g, ' ')}${cause}`;
    // Of many lines the first says why and the last say what became of it: the middle may go.
    if (level >= NOTICE) kept = kept.length < KEPT_LINES ? [...kept, line] : [...kept.toSpliced(1, 1), line];
    onLog(line);
  });
  const memory = native.alloc(layouts.xentoollog_logger.size);
  new StructView(layouts.xentoollog_logger, memory.bytes).set('vmessage', vmessage.address);

  return {
    address: memory.address,
    take: () => {
      const lines = kept;
      kept = [];
      return lines;
    },
    dispose: () => {
      vmessage.release();
      memory.free();
    },
  };
}
