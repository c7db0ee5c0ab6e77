import type { ChannelInput } from '../devices/channel.ts';
import { SpecError } from './spec-error.ts';
import { wordsOfSpec } from './words-of-spec.ts';

/**
 * Reads a channel as xl 4.17 writes one: `name=org.example.agent,connection=socket,path=/run/agent`.
 *
 * @param warn told of what xl passes over, in a sentence
 * @throws SpecError
 */
export function readChannelSpec(spec: string, warn: (sentence: string) => void): ChannelInput {
  const given = new Map<string, string>();
  for (const [key, value] of wordsOfSpec(spec)) {
    const name = key.trim();
    if (['name', 'connection', 'path', 'backend'].includes(name)) given.set(name, value.trim());
    else warn(`${JSON.stringify(name.slice(0, 64))} is nothing that xl knows, and is ignored`);
  }
  const [name, connection, path, backend] = ['name', 'connection', 'path', 'backend'].map((key) =>
    given.get(key),
  );
  if (name === undefined)
    throw new SpecError('no name specified', undefined, 'add name=, by which the guest finds it');
  if (connection !== 'pty' && connection !== 'socket')
    throw new SpecError(
      'unknown channel connection',
      connection ?? '',
      'write connection=pty or connection=socket',
    );
  if (connection === 'socket' && path === undefined)
    throw new SpecError("channel connection 'socket' requires path=", undefined, 'add path=, of the socket');
  return {
    name,
    connection,
    // xl passes over the path of a terminal.
    ...(path === undefined || connection === 'pty' ? {} : { path }),
    ...(backend === undefined ? {} : { backend }),
  };
}
