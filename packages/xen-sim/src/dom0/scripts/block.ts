import { stat } from 'node:fs/promises';
import { deviceNumbers } from '../parts/block-devices.ts';
import { ScriptFailure, type Script, type ScriptWorld } from './script.ts';

const INIT_WAIT = '2';
const ANY_WRITE = 0o222;

/** Debian's /etc/xen/scripts/block. Like that one it does not see that two guests have one file. */
export const block: Script = async (world, path, { args }) => {
  const [command] = args;
  if (command === 'remove') await remove(world, path);
  else await add(world, path);
};

async function add(world: ScriptWorld, path: string): Promise<void> {
  const { store, blocks } = world;
  if ((await store.read(`${path}/physical-device`)) !== undefined) return;
  const params = (await store.read(`${path}/params`)) ?? '';
  const mode = (await store.read(`${path}/mode`)) ?? 'w';
  const found = await blocks.lookAt(params);
  if (found.is === 'file') await addFile(world, path, { file: params, bytes: found.bytes, mode });
  else if (found.is === 'block') {
    await checkSharing(world, path, { file: params, numbers: deviceNumbers(found), mode });
    await connect(world, path, { 'physical-device': deviceNumbers(found), 'physical-device-path': params });
    // Of anything else it says that it is connected, and the disk never is.
  } else await connect(world, path, {});
}

async function addFile(
  world: ScriptWorld,
  path: string,
  { file, bytes, mode }: { readonly file: string; readonly bytes: number; readonly mode: string },
): Promise<void> {
  const state = await world.store.read(`${path}/state`);
  if (state !== INIT_WAIT)
    throw new ScriptFailure(
      'error',
      `Path closed or removed during hotplug add: ${path} state: ${state ?? 'unknown'}`,
    );
  const { mode: permissions } = await stat(file);
  if (mode === 'w' && (permissions & ANY_WRITE) === 0)
    throw new ScriptFailure(
      'busy',
      `File ${file} is read-only, and so I will not mount it read-write in a guest domain.`,
    );
  const loop = world.loops.attach(file, bytes, mode !== 'w');
  await connect(world, path, {
    node: loop.path,
    'physical-device': deviceNumbers(loop),
    'physical-device-path': loop.path,
  });
}

async function connect(
  { store }: ScriptWorld,
  path: string,
  nodes: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries({ ...nodes, 'hotplug-status': 'connected' }))
    await store.write(`${path}/${name}`, value);
}

/** Refuses what another guest has, unless one of both only reads, or they are two domains of one guest. */
async function checkSharing(
  { store }: ScriptWorld,
  path: string,
  { file, numbers, mode }: { readonly file: string; readonly numbers: string; readonly mode: string },
): Promise<void> {
  const vmOf = (domid: string): Promise<string | undefined> => store.read(`/local/domain/${domid}/vm`);
  const [domid = '', kind] = path.split('/').slice(-3, -1).reverse();
  const folder = `/local/domain/0/backend/${kind ?? 'vbd'}`;
  for (const other of (await store.directory(folder)) ?? []) {
    for (const id of (await store.directory(`${folder}/${other}`)) ?? []) {
      const device = `${folder}/${other}/${id}`;
      if ((await store.read(`${device}/physical-device`)) !== numbers) continue;
      if (mode !== 'w' && (await store.read(`${device}/mode`)) !== 'w') continue;
      const ours = await vmOf(domid);
      if (((await vmOf(other)) ?? ours) === ours) continue;
      const [there, here] = mode === 'w' ? ['', ''] : ['read-write ', 'read-only '];
      throw new ScriptFailure(
        'busy',
        `Device ${file} is mounted ${there}in a guest domain, and so cannot be mounted ${here}now.`,
      );
    }
  }
}

/** A file that has been unlinked is neither file nor device to it, and its loop device stays. */
async function remove({ store, blocks, loops }: ScriptWorld, path: string): Promise<void> {
  const params = (await store.read(`${path}/params`)) ?? '';
  const node = await store.read(`${path}/node`);
  if (node !== undefined && (await blocks.lookAt(params)).is === 'file') loops.detach(node);
}
