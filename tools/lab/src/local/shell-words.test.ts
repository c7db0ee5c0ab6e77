import { expect, test } from '@jest/globals';
import { runChildStrictly } from './child.ts';
import { shellWords } from './shell-words.ts';

test.each([[['plain', 'a=b', '/x/y']], [['two words', "it's", '$HOME', '', '*', 'a\nb', '`id`', '\\', '"']]])(
  'a shell reads %j back',
  async (words) => {
    const printed = await runChildStrictly('sh', ['-c', `printf '%s\\0' ${shellWords(words)}`]);
    expect(printed.split('\0').slice(0, -1)).toEqual(words);
  },
);
