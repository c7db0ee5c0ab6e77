/** Everything that can be reached from a beginning, step by step, and the way there. */
export interface Reached<World> {
  readonly nodes: ReadonlyMap<string, Node<World>>;
  /** The shortest way to the first such world that was found; undefined when there is none. */
  pathTo(isWanted: (world: World) => boolean): readonly string[] | undefined;
  /** How many there are of them. */
  count(isWanted: (world: World) => boolean): number;
  /** From how many no such world can be reached. */
  stuck(isEnd: (world: World) => boolean): number;
}

interface Node<World> {
  readonly world: World;
  readonly from: string | undefined;
  readonly via: string;
  readonly next: Set<string>;
}

/**
 * @param key the same for worlds that are the same
 * @param isEnough ends the search at the first such world. @default it goes on to the end
 */
export function search<World>(
  start: World,
  moves: (world: World) => Iterable<readonly [via: string, world: World]>,
  key: (world: World) => string,
  isEnough: (world: World) => boolean = () => false,
): Reached<World> {
  const nodes = new Map<string, Node<World>>();
  const queue = [key(start)];
  nodes.set(key(start), { world: start, from: undefined, via: '', next: new Set() });
  // A for-of over the array takes what is pushed meanwhile, the nearest first.
  for (const at of queue) {
    const node = nodes.get(at) as Node<World>;
    if (isEnough(node.world)) break;
    for (const [via, world] of moves(node.world)) {
      const to = key(world);
      node.next.add(to);
      if (nodes.has(to)) continue;
      nodes.set(to, { world, from: at, via, next: new Set() });
      queue.push(to);
    }
  }
  return {
    nodes,
    pathTo(isWanted) {
      const found = [...nodes].find(([, { world }]) => isWanted(world));
      return found && trace(nodes, found[0]);
    },
    count: (isWanted) => [...nodes.values()].filter(({ world }) => isWanted(world)).length,
    stuck: (isEnd) => nodes.size - reaching(nodes, isEnd).size,
  };
}

/** All that can come to such a world, found backwards. */
function reaching<World>(
  nodes: ReadonlyMap<string, Node<World>>,
  isGood: (world: World) => boolean,
): ReadonlySet<string> {
  const before = new Map<string, string[]>();
  for (const [from, { next }] of nodes) {
    for (const to of next) {
      const froms = before.get(to);
      if (froms === undefined) before.set(to, [from]);
      else froms.push(from);
    }
  }
  const reached = new Set([...nodes].filter(([, { world }]) => isGood(world)).map(([name]) => name));
  const queue = [...reached];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const from of before.get(at) ?? []) {
      if (reached.has(from)) continue;
      reached.add(from);
      queue.push(from);
    }
  }
  return reached;
}

function trace<World>(nodes: ReadonlyMap<string, Node<World>>, end: string): readonly string[] {
  const path: string[] = [];
  for (let node = nodes.get(end); node?.from !== undefined; node = nodes.get(node.from))
    path.unshift(node.via);
  return path;
}
