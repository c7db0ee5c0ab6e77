import { describe } from '@jest/globals';
import { ensurePrograms, whyNotHere } from '../prerequisites.ts';

const reason = await missing();

/** Where Debian's tools are, or root can have them. */
async function missing(): Promise<string | undefined> {
  const why = await whyNotHere();
  if (why !== undefined) return why;
  return ensurePrograms(() => undefined).then(
    () => undefined,
    () => 'the tools of Debian are missing, and apt-get does not get them',
  );
}

/** `describe` for tests that need Debian's tools. Where they cannot be had they are skipped, with the reason. */
export function describeDebian(name: string, body: () => void): void {
  if (reason === undefined) describe(name, body);
  else describe.skip(`${name} [skipped: ${reason}]`, body);
}
