import { within } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import type { Host } from '../../host.ts';
import type { DomainEvent, DomainEventType } from '../domain-event.ts';
import { watchDomains, type WatchDomainsOptions } from '../watch-domains.ts';

const LIMIT_MS = patient(30_000);

/** Takes events one after the other. */
export interface EventListener extends AsyncDisposable {
  /** Those of the present state, as far as they have been taken. */
  readonly initial: readonly DomainEvent[];
  /** The next events, up to the first of this type. */
  readonly upTo: (type: DomainEventType) => Promise<DomainEvent[]>;
}

/**
 * Listens: what is done to the host when this has resolved is told of. At least one of the domains that are listened
 * to must be there.
 */
export async function listen(
  host: Pick<Host, 'xen' | 'store'>,
  options: Omit<WatchDomainsOptions, 'initial' | 'signal'> = {},
): Promise<EventListener> {
  const over = new AbortController();
  const events = watchDomains(host, { pollMs: 20, ...options, initial: true, signal: over.signal });
  const next = async (what: string): Promise<DomainEvent> => {
    const late = { code: 'TEST_SILENT', message: `there is no ${what}` };
    return (await within(events.next(), LIMIT_MS, late)).value;
  };
  const initial = [await next('event of the present state')];
  return {
    initial,
    async upTo(type) {
      const taken: DomainEvent[] = [];
      for (;;) {
        const event = await next(`event ${type} behind ${JSON.stringify(taken)}`);
        (event.initial === true ? initial : taken).push(event);
        if (event.initial !== true && event.type === type) return taken;
      }
    },
    async [Symbol.asyncDispose]() {
      over.abort(); // an event that is waited for would never come
      await events.return(undefined as never);
    },
  };
}
