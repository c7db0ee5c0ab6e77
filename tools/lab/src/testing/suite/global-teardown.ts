import { labName } from './environment.ts';

/** Ends the hosts that the global set-up has started; a lab that was up before stays. */
export default async function tearDown(): Promise<void> {
  if (globalThis.endTestLab === undefined) return;
  await globalThis.endTestLab();
  globalThis.endTestLab = undefined;
  Reflect.deleteProperty(process.env, labName);
}
