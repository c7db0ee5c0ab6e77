/** Ends the hosts that the global set-up has started; a lab that was up before stays. */
export default async function tearDown(): Promise<void> {
  await globalThis.endTestLab?.();
}
