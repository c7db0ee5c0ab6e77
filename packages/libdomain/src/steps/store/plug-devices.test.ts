import { describe, expect, it } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { CONSOLE } from '../../devices/kinds/console.ts';
import type { DeviceKind, PlacedDomain } from '../../devices/kind.ts';
import type { Device } from '../../devices/nodes/list-devices.ts';
import { pipeline } from '../../step/pipeline.ts';
import { runPipeline } from '../../step/run.ts';
import { failure } from '../../testing/failure.ts';
import { sampleConfig, sampleDomain } from '../../testing/sample-config.ts';
import { awaitDevices, plugDevices } from './plug-devices.ts';

/** The domain that gets devices; the second one serves them. */
const GUEST = 1;

const domain: PlacedDomain = {
  domid: GUEST,
  ports: { storePort: 1, storeDomid: 0, consolePort: 2, consoleDomid: 0 },
  frames: { storeFrame: 3n, consoleFrame: 4n },
};

/** Two devices, with the folders, owners and states that disks and network devices have. */
function madeUp(
  plug?: DeviceKind['plug'],
  unplug: DeviceKind['unplug'] = () => Promise.resolve(),
): DeviceKind {
  return {
    name: 'vbd',
    saved: 'nothing',
    of: ({ name }) =>
      ['51712', '51728'].map((id) => ({
        id,
        name: `vbd ${id}`,
        about: `a disk of ${name}`,
        backend: 'driver',
        nodes: () => ({
          frontendOwner: 'guest',
          frontend: { state: '1', 'virtual-device': id },
          readOnly: { mtu: '1500' },
          backendKind: 'qdisk',
          backend: { mode: 'w' },
        }),
      })),
    ...(plug === undefined ? {} : { plug }),
    unplug,
  };
}

const planOf = (host: SimulatedHost, kind: DeviceKind) =>
  pipeline('devices', domain).together(...plugDevices(kind, sampleConfig(host)));

/** A host with the two domains. */
async function hostWithTwo(): Promise<SimulatedHost> {
  const host = await createSimulatedHost();
  for (const name of ['guest', 'driver']) await sampleDomain(host, { name });
  return host;
}

async function nodesOf(host: SimulatedHost): Promise<readonly string[]> {
  const { nodes } = await host.snapshot();
  return nodes.filter((node) => /51712/.test(node));
}

describe('plugDevices', () => {
  it('has a line for each device, and none for a kind of which there is none', async () => {
    await using host = await hostWithTwo();
    expect(planOf(host, madeUp()).describe()).toEqual([
      { name: 'vbd 51712', about: 'a disk of web1' },
      { name: 'vbd 51728', about: 'a disk of web1' },
    ]);
    expect(planOf(host, { ...madeUp(), of: () => [] }).describe()).toEqual([]);
  });

  it('writes the nodes of each with the permissions of libxl', async () => {
    await using host = await hostWithTwo();
    await runPipeline(planOf(host, madeUp()), host);
    const frontend = '/local/domain/1/device/vbd/51712';
    const backend = '/local/domain/2/backend/qdisk/1/51712';
    const toolstack = '/libxl/1/device/vbd/51712';
    const backendOfGuest = [
      `${backend} = ""   (n2,r1)`,
      `${backend}/frontend = "${frontend}"   (n2,r1)`,
      `${backend}/frontend-id = "1"   (n2,r1)`,
      `${backend}/mode = "w"   (n2,r1)`,
      `${backend}/online = "1"   (n2,r1)`,
      `${backend}/state = "1"   (n2,r1)`,
    ];
    const frontendOfGuest = [
      `${frontend} = ""   (n1,r2)`,
      `${frontend}/backend = "${backend}"   (n1,r2)`,
      `${frontend}/backend-id = "2"   (n1,r2)`,
      `${frontend}/mtu = "1500"   (n2,r1)`,
      `${frontend}/state = "1"   (n1,r2)`,
      `${frontend}/virtual-device = "51712"   (n1,r2)`,
    ];
    const copy = [
      `${toolstack} = ""   (n0)`,
      `${toolstack}/backend = "${backend}"   (n0)`,
      `${toolstack}/frontend = "${frontend}"   (n0)`,
      `${toolstack}/frontend-id = "1"   (n0)`,
      `${toolstack}/mode = "w"   (n0)`,
      `${toolstack}/online = "1"   (n0)`,
      `${toolstack}/state = "1"   (n0)`,
    ];
    expect([...(await nodesOf(host))].sort()).toEqual(
      [...backendOfGuest, ...frontendOfGuest, ...copy].sort(),
    );
  });

  it('is undone device by device', async () => {
    await using host = await hostWithTwo();
    const before = await host.snapshot();
    const gone: string[] = [];
    const unplug: DeviceKind['unplug'] = async (_host, { id }) => void gone.push(id);
    const plugged: Device[] = [];
    const completed = await runPipeline(
      planOf(
        host,
        madeUp(async (_host, device) => void plugged.push(device), unplug),
      ),
      host,
    );
    expect(plugged.map(({ kind, id, backend }) => [kind, id, backend])).toEqual([
      ['vbd', '51712', '/local/domain/2/backend/qdisk/1/51712'],
      ['vbd', '51728', '/local/domain/2/backend/qdisk/1/51728'],
    ]);
    expect(await completed.undo()).toEqual([]);
    expect(gone.sort()).toEqual(['51712', '51728']);
    expect(await host.snapshot()).toEqual(before);
  });

  it('leaves nothing of a device that could not be plugged in, nor of the others', async () => {
    await using host = await hostWithTwo();
    const before = await host.snapshot();
    const plug: DeviceKind['plug'] = async ({ store }, { id, backend }) => {
      await store.write(`${backend}/hotplug-status`, 'busy');
      if (id === '51728') throw new Error('the script says: no such bridge');
    };
    const error = await failure(runPipeline(planOf(host, madeUp(plug)), host));
    expect(error).toMatchObject({
      message: 'step vbd 51728 failed: the script says: no such bridge',
      details: { step: 'vbd 51728' },
      leftovers: [],
    });
    expect(await host.snapshot()).toEqual(before);
  });

  it('tells what is left of one that could neither be plugged in nor unplugged', async () => {
    await using host = await hostWithTwo();
    const fail = (): Promise<void> => Promise.reject(new Error('the script hangs'));
    const error = await failure(runPipeline(planOf(host, madeUp(fail, fail)), host));
    expect(error).toMatchObject({
      code: 'DOMAIN_STEP_FAILED',
      hint: 'remove what is left behind before you try again',
      leftovers: ['/local/domain/2/backend/qdisk/1/51712: the script hangs'],
    });
  });
});

it('only what has to become ready is waited for', async () => {
  await using host = await hostWithTwo();
  const config = sampleConfig(host);
  expect(awaitDevices(madeUp(), config)).toEqual([]);
  expect(awaitDevices(CONSOLE, config).map(({ name }) => name)).toEqual(['console-ready']);
});
