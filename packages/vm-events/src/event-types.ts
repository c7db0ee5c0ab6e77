import { wrongUse } from '@vm-tools/cli';
import { DOMAIN_EVENT_TYPES, type DomainEventType } from '@vm-tools/libdomain';
import { suggest } from '@vm-tools/words';

/**
 * The types that an option names.
 *
 * @throws VmToolsError USAGE for what is none
 */
export function eventTypes(option: string, words: readonly string[]): ReadonlySet<DomainEventType> {
  const known: readonly string[] = DOMAIN_EVENT_TYPES;
  const wrong = words.find((word) => !known.includes(word));
  if (wrong === undefined) return new Set(words as readonly DomainEventType[]);
  const similar = suggest(wrong, known);
  throw wrongUse(
    `${option}: there are no events of a type "${wrong}"`,
    similar === undefined ? 'see vm-events --help for all types' : `did you mean ${similar}?`,
  );
}
