import { abortError, someAtOnce, type FailureKind, type VmToolsError } from '@vm-tools/errors';
import { shown } from '@vm-tools/words';
import { asVmToolsError } from '../output/render-error.ts';
import type { Invocation, Outcome } from './spec.ts';

/** What was done to one domain, or found out about it. */
export interface DomainOutcome<Value extends object = object> {
  /** As data: what --json prints of it. */
  readonly value: Value;
  /** For people, when it is one of several: begins with its name. @default the text, with an empty line between two */
  readonly line?: string;
  /** For people, when it is the only one. @default nothing */
  readonly text?: string;
  /** The kind of failure in a result that is printed anyway. */
  readonly failure?: FailureKind;
}

/** How many domains are worked on, and which words stand for them. */
export interface EachDomainOptions {
  /** How many domains are worked on at the same time. @default 4 */
  readonly atOnce?: number;
  /** Whether the result is a list even of one domain, as behind --all. @default false */
  readonly isList?: boolean;
  /** Whether nothing is changed; see `Outcome`. @default false */
  readonly isReport?: boolean;
}

/** How many guests are asked for something together: each takes its time, and costs the host nothing meanwhile. */
export const GUESTS_AT_ONCE = 64;

/** In the list that --json prints, in the place of a domain with which it did not work. */
export interface FailedDomain {
  /** as the command line names it */
  readonly domain: string;
  readonly error: VmToolsError;
}

/** The results of several domains, in the order in which they were named. */
export type ListOf<Value> = readonly (Value | FailedDomain)[];

/** What --json prints: of one domain its result, of several a list. */
export type OneOrList<Value> = Value | ListOf<Value>;

/**
 * Does the same to each domain of the command line, some at the same time. One domain is answered as ever: its result,
 * or its error thrown. Of several a failure does not stop the others; the result is a list in the order given, each
 * failure in its place, and the exit status is that of an uncertain one, if any, or else of the first. A domain that is
 * named twice in the same words is meant once.
 *
 * @param act what is done to one; throws to say that it has failed
 */
export function forEachDomain<Value extends object>(
  invocation: Pick<Invocation<unknown>, 'program' | 'messages' | 'signal'>,
  domains: readonly string[],
  act: (domain: string) => Promise<DomainOutcome<Value>>,
  options: EachDomainOptions & { readonly isList: true },
): Promise<Outcome<ListOf<Value>>>;
export function forEachDomain<Value extends object>(
  invocation: Pick<Invocation<unknown>, 'program' | 'messages' | 'signal'>,
  domains: readonly string[],
  act: (domain: string) => Promise<DomainOutcome<Value>>,
  options?: EachDomainOptions,
): Promise<Outcome<OneOrList<Value>>>;
export async function forEachDomain<Value extends object>(
  { program, messages, signal }: Pick<Invocation<unknown>, 'program' | 'messages' | 'signal'>,
  domains: readonly string[],
  act: (domain: string) => Promise<DomainOutcome<Value>>,
  { atOnce = 4, isList = false, isReport = false }: EachDomainOptions = {},
): Promise<Outcome<OneOrList<Value>>> {
  const words = [...new Set(domains)];
  const [only] = words;
  if (only !== undefined && domains.length === 1 && !isList) {
    const { value, text, failure } = await act(only);
    return {
      value,
      isReport,
      ...(text === undefined ? {} : { text }),
      ...(failure === undefined ? {} : { failure }),
    };
  }
  const attempt = async (domain: string): Promise<DomainOutcome<Value> | FailedDomain> => {
    try {
      if (signal.aborted) throw abortError(signal, `it was the turn of ${domain}`);
      return await act(domain);
    } catch (thrown) {
      const error = asVmToolsError(thrown, program);
      if (!messages.json) messages.failed(error);
      return { domain, error };
    }
  };
  const outcomes = await someAtOnce(words, atOnce, attempt);
  const kinds = outcomes.flatMap((outcome) =>
    'error' in outcome ? outcome.error.kind : (outcome.failure ?? []),
  );
  const failure = kinds.find((kind) => kind === 'uncertain') ?? kinds[0];
  return {
    value: outcomes.map((outcome) => ('error' in outcome ? outcome : outcome.value)),
    text: textOf(outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome]))),
    isReport,
    ...(failure === undefined ? {} : { failure }),
  };
}

function textOf(outcomes: readonly DomainOutcome[]): string {
  const texts = outcomes.map(({ line, text = '' }) => (line === undefined ? text : shown(line)));
  return texts.join(outcomes.some(({ line }) => line === undefined) ? '\n\n' : '\n');
}
