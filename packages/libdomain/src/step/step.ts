import type { Host } from '../host.ts';

/** The tools of every step besides the facts that it needs. */
export interface StepIo {
  readonly host: Host;
  readonly signal: AbortSignal;
  /** libxc's log lines as they come. */
  readonly onLog?: ((line: string) => void) | undefined;
}

/**
 * One thing done to a host, as data. It needs facts that earlier steps found out, and adds its own.
 *
 * A step does all of its work or none: when `run` rejects, it has left nothing behind. So `undo` is only ever called
 * after `run` has resolved, and a step that takes nothing has no `undo`.
 */
export interface Step<Needs, Adds = object> {
  readonly name: string;
  /** One clause for `--dry-run`; what earlier steps will find out is not known yet. */
  about(known: Partial<Needs>): string;
  run(context: Readonly<Needs> & StepIo): Promise<Adds>;
  /** Gives back what `run` took. Its signal never fires. */
  undo?(context: Readonly<Needs & Adds> & StepIo): Promise<void>;
  /** The remains when `undo` fails, as a clause: "domain 5". @default the name of the step */
  leaves?(context: Readonly<Needs & Adds> & StepIo): string;
  /** Whether the pipeline goes on when it fails; see `bestEffort`. @default false */
  readonly isBestEffort?: true;
}

/** "given-up": it has failed, and the pipeline goes on without it. */
export type StepState = 'started' | 'done' | 'failed' | 'given-up' | 'undone' | 'undo-failed';

/** An event of one step of a pipeline: it started, is done, has failed, or was undone. */
export interface StepEvent {
  readonly type: 'step';
  readonly name: string;
  readonly state: StepState;
  /** How long the step, or its undo, took; 0 for "started". */
  readonly ms: number;
  /** Of what was given up, the message of its error. */
  readonly why?: string;
}
