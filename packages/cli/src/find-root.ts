import { simulatedName } from './simulated-name.ts';

/**
 * What all files of a host lie under: a simulated host has a folder of its own, so that no two of them, and none and
 * this machine, share a file.
 * @throws VmToolsError of kind usage when no simulated host can have this name
 */
export async function findRoot(hostSpec: string): Promise<string> {
  const name = simulatedName(hostSpec);
  if (name === undefined) return process.env['VM_TOOLS_ROOT'] ?? '/';
  const { simFolder, simPaths } = await import('@vm-tools/xen-wire');
  return simPaths(simFolder(name)).root;
}
