import type { Libxc } from '../libxc.ts';

/** The host's default CPU policy, with PAE and without nested virtualisation, as libxl applies it. */
export function applyCpuPolicy(libxc: Libxc, domid: number, restore: boolean): void {
  const [pae, invariantTsc, nested] = [true, false, false];
  libxc.call(
    'xc_cpuid_apply_policy',
    [libxc.xch, domid, restore, null, 0, pae, invariantTsc, nested, null, null],
    domid,
  );
}
