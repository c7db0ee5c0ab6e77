import { describe } from '@jest/globals';
import { connectXenstore } from './connect.ts';
import { xenstoreCompliance } from './testing/compliance.ts';
import { MemoryXenstored } from './server/memory-xenstored.ts';

describe('the xenstored in memory', () => {
  // As on a real host, there are many domains that do not exist.
  const xenstored = new MemoryXenstored({ domainExists: (domid) => domid < 100 });
  xenstoreCompliance(() => connectXenstore({ stream: xenstored.connect() }));
});
