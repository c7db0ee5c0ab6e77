import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { StoreModel } from '../testing/store-model.ts';
import { WireClient } from '../testing/wire-client.ts';
import { MemoryXenstored } from './memory-xenstored.ts';

const DOMIDS = [0, 1, 2] as const;
const path = fc.constantFrom('/a', '/a/b', '/a/b/c', '/a/d', '/e', '/e/f/g', '/tool');
const list = fc.constantFrom(['n0'], ['n1'], ['b0'], ['r2', 'w1'], ['n0', 'r1', 'b2'], ['w1', 'r2']);
const request = fc.oneof(
  fc.record({ name: fc.constantFrom('READ', 'DIRECTORY', 'GET_PERMS', 'MKDIR', 'RM'), path: fc.oneof(path, fc.constant('/')) }), // prettier-ignore
  fc.record({ name: fc.constant('WRITE'), path, value: fc.constantFrom('', '1', 'two words') }),
  fc.record({ name: fc.constant('SET_PERMS'), path, list }),
);
const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ domid: fc.constantFrom(...DOMIDS), request }) },
  { weight: 1, arbitrary: fc.record({ replaced: fc.constantFrom(1, 2) }) },
);

type Request = typeof request extends fc.Arbitrary<infer R> ? R : never;

function askModel(model: StoreModel, domid: number, asked: Request): string {
  if ('list' in asked) return model.setPermissions(domid, asked.path, asked.list);
  if ('value' in asked) return model.write(domid, asked.path, asked.value);
  switch (asked.name) {
    case 'READ':
      return model.read(domid, asked.path);
    case 'DIRECTORY':
      return model.directory(domid, asked.path);
    case 'GET_PERMS':
      return model.getPermissions(domid, asked.path);
    case 'MKDIR':
      return model.mkdir(domid, asked.path);
    default:
      return model.rm(domid, asked.path);
  }
}

async function askServer(client: WireClient, asked: Request): Promise<string> {
  if ('list' in asked) return (await client.ask('SET_PERMS', [asked.path, ...asked.list])).reply;
  if ('value' in asked) return (await client.ask('WRITE', [asked.path, asked.value])).reply;
  return (await client.ask(asked.name, [asked.path])).reply;
}

/** Both of them, with a connection of each domain to the server that watches everything. */
class Comparison {
  readonly model = new StoreModel();
  readonly xenstored = new MemoryXenstored();
  readonly #clients = new Map<number, WireClient>();

  async connect(domid: number): Promise<void> {
    if (domid !== 0) await this.#client(0).ask('INTRODUCE', [String(domid), '1', '1']);
    const client = new WireClient(this.xenstored.connect(domid));
    this.#clients.set(domid, client);
    await client.ask('WATCH', ['/', 'all']);
    await client.events();
  }

  async replace(domid: number): Promise<void> {
    this.model.replaceDomain(domid);
    this.xenstored.releaseDomain(domid);
    await this.connect(domid);
    for (const client of this.#clients.values()) await client.events();
  }

  async ask(domid: number, asked: Request): Promise<void> {
    const existed = this.model.has(asked.path);
    const couldHear = DOMIDS.map((listener) => this.model.canHear(listener, asked.path));
    const reply = askModel(this.model, domid, asked);
    expect(await askServer(this.#client(domid), asked)).toBe(reply);
    const canHear = DOMIDS.map((listener) => this.model.canHear(listener, asked.path));
    const isWrite = asked.name === 'WRITE' || asked.name === 'SET_PERMS';
    const isChanged = reply === 'OK' && (isWrite || existed !== this.model.has(asked.path));
    for (const listener of DOMIDS) {
      // The client that asked gets it before its reply.
      if (listener === domid) continue;
      const hears = isChanged && (couldHear[listener] || canHear[listener]);
      expect(await this.#client(listener).events()).toEqual(hears ? [`${asked.path} all`] : []);
    }
  }

  #client(domid: number): WireClient {
    const client = this.#clients.get(domid);
    if (client === undefined) throw new Error(`domain ${domid} is not connected`);
    return client;
  }
}

test('answers and events are those of the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
      const both = new Comparison();
      for (const domid of DOMIDS) await both.connect(domid);
      for (const next of steps) {
        if ('replaced' in next) await both.replace(next.replaced);
        else await both.ask(next.domid, next.request);
      }
      expect(both.xenstored.dump().sort()).toEqual(both.model.dump().sort());
    }),
    { numRuns: 60 },
  );
});
