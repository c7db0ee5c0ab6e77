// The first thing that a library imports once it is installed: what it does on an older Node is anybody's guess.
import { whyNotThisNode } from './node-version.js';

const why = whyNotThisNode();
if (why !== undefined) throw new Error(why);
