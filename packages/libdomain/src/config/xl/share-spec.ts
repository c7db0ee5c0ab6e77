import { SECURITY_MODELS, type ShareInput } from '../devices/share.ts';
import { SpecError } from './spec-error.ts';
import { wordsOfSpec } from './words-of-spec.ts';

const KEYS = ['tag', 'path', 'security_model', 'backend'] as const;

/**
 * Reads a shared folder as xl 4.17 writes one: `tag=home,path=/srv/home,security_model=none`.
 *
 * @throws SpecError
 */
export function readShareSpec(spec: string): ShareInput {
  const given = new Map<string, string>();
  for (const [key, value] of wordsOfSpec(spec)) {
    if (!(KEYS as readonly string[]).includes(key))
      throw new SpecError(
        'unknown key in a 9pfs share',
        key,
        `known keys: ${KEYS.join(', ')}`,
        'CONFIG_UNKNOWN_KEY',
      );
    given.set(key, value);
  }
  const [tag, path, model, backend] = KEYS.map((key) => given.get(key));
  if (tag === undefined || path === undefined || model === undefined)
    throw new SpecError(
      '9pfs spec missing required field',
      undefined,
      'name tag=, path= and security_model=',
    );
  const securityModel = SECURITY_MODELS.find((known) => known === model);
  if (securityModel === undefined)
    throw new SpecError('unknown security_model', model, `write one of ${SECURITY_MODELS.join(', ')}`);
  return { tag, path, securityModel, ...(backend === undefined ? {} : { backend }) };
}
