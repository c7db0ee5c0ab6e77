import type { Host } from '../../host.ts';
import { vmPath } from '../../paths.ts';

/**
 * When a domain was started on this host, or came here, in ISO 8601: xl's `uptime` counts from then on.
 *
 * @returns undefined where no toolstack has said
 */
export async function startedAt({ store }: Pick<Host, 'store'>, uuid: string): Promise<string | undefined> {
  const text = await store.read(`${vmPath(uuid)}/start_time`);
  const known = text !== undefined && /^\d{1,11}(\.\d{1,9})?$/.test(text);
  return known ? new Date(Number(text) * 1000).toISOString() : undefined;
}
