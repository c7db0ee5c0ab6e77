import { describe } from '@jest/globals';
import { connectXenstore } from './connect.ts';
import { xenstoreCompliance } from './testing/compliance.ts';
import { MemoryXenstored } from './testing/memory-xenstored.ts';

describe('the xenstored in memory', () => {
  const xenstored = new MemoryXenstored();
  xenstoreCompliance(() => connectXenstore({ stream: xenstored.connect() }));
});
