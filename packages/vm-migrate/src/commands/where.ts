import { listText, type Invocation, type ListShape, type Outcome } from '@vm-tools/cli';
import { whereIs, type Whereabouts } from '@vm-tools/libhost';
import type { WantedGuest } from '@vm-tools/libxfr/types';
import type { WhereInput } from '../options.ts';
import type { AskedHost, WhereReport } from '../result.ts';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const WAIT_MS = 10_000;

/** Says where a guest is, as far as this host and its peers know. */
export async function where(invocation: Invocation<WhereInput>): Promise<Outcome<WhereReport>> {
  const { input, signal } = invocation;
  const { wait = WAIT_MS } = input;
  const wanted = wantedOf(input.domain);
  const host = await invocation.openHost();
  const answers = await whereIs(host, wanted, {
    at: input.peer?.length === 0 ? undefined : input.peer,
    timeouts: { connectMs: wait, handshakeMs: wait, answerMs: wait },
    signal,
  });
  const isSilent = answers.some(({ guests }) => guests === undefined);
  const nowhere = !isSilent && answers.every(({ guests }) => guests?.length === 0);
  const hosts = answers.map(({ peer, guests, error }) => ({
    host: peer ?? 'here',
    state: stateOf({ guests }),
    ...(guests !== undefined && { guests }),
    ...(error && { error }),
  }));
  const shape: ListShape<AskedHost> = {
    columns: [
      { heading: 'Host', text: (each) => each.host },
      { heading: 'State', text: ({ state }) => state },
      { heading: 'UUID', text: ({ guests }) => guests?.map(({ uuid }) => uuid).join(' ') ?? '-' },
      { heading: 'Why', text: ({ error }) => error?.message ?? '' },
    ],
    wide: [{ heading: 'Name', text: ({ guests }) => guests?.map(({ name }) => name).join(' ') ?? '-' }],
    word: (each) => each.host,
  };
  return {
    isReport: true,
    value: { ...wanted, nowhere, hosts },
    text: await listText(hosts, shape, input.output),
    ...(isSilent && { failure: 'peer' as const }),
  };
}

/** @param word a UUID, or else a name */
export function wantedOf(word: string): WantedGuest {
  return UUID.test(word) ? { uuid: word.toLowerCase() } : { name: word };
}

/** "running", "absent", "not-reached"; "several" where a host has more than one of that name. */
function stateOf({ guests }: Pick<Whereabouts, 'guests'>): string {
  if (guests === undefined) return 'not-reached';
  const [first, second] = guests;
  if (first === undefined) return 'absent';
  return second === undefined ? first.state : 'several';
}
