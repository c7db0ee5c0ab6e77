import { receiveFromPeer } from '../../target/receive.ts';
import { FakeTarget } from '../../testing/fake-target.ts';
import { descriptorConnection } from '../descriptors.ts';

/** A program that receives one guest over its stdin and stdout, as xfrd does with --stdio, and tells its arguments. */
process.stderr.write(`called with ${JSON.stringify(process.argv.slice(2))}\n`);
await receiveFromPeer(descriptorConnection({ read: 0, write: 1 }, 'the source'), () => new FakeTarget());
