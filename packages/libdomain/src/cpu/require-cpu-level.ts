import { VmToolsError } from '@vm-tools/errors';
import { cpuFeatures, cpuVendor } from '@vm-tools/xc-native';
import type { Host } from '../host.ts';
import type { DomainType } from '../types/index.ts';
import { archCapabilities } from './arch-capabilities.ts';
import { readCpuDocument, type CpuDocument } from './cpu-document.ts';
import { cpuLevelOf } from './cpu-level-of.ts';
import type { CpuLevel } from './cpu-level.ts';
import { SAY_NOTHING } from './say-nothing.ts';

/** Which guest is to be told what. */
export interface WantedCpu {
  readonly type: DomainType;
  /** the path of a document, or what would be in it */
  readonly cpuPolicy?: string | CpuLevel | undefined;
  /** features to turn off or on besides */
  readonly cpuid?: string | undefined;
}

/**
 * Reads what a new guest is to be told of its processor, and checks that this host can give it all of that.
 *
 * @throws VmToolsError DOMAIN_CPU_LACKING of kind usage, with the features that the host lacks; for the document what
 *   `readCpuDocument` throws
 */
export async function requireCpuLevel(
  { xen }: Pick<Host, 'xen'>,
  { type, cpuPolicy, cpuid }: WantedCpu,
  signal?: AbortSignal,
): Promise<CpuLevel | undefined> {
  const document = typeof cpuPolicy === 'string' ? await readCpuDocument(cpuPolicy, { signal }) : undefined;
  const said = document ?? (typeof cpuPolicy === 'object' ? cpuPolicy : undefined);
  const level = await cpuLevelOf(xen, { type, level: said, cpuid });
  if (level === undefined) return undefined;
  const most = await xen.cpuPolicyGetSystem(type);
  if (document !== undefined) requireSameKind(document, { type, vendor: cpuVendor(most) });
  const here = cpuFeatures(most);
  const missing = level.features.filter((name) => !here.has(name) && !SAY_NOTHING.has(name));
  if (document !== undefined && level.features.includes('arch_caps')) {
    const ours = archCapabilities(await xen.cpuPolicyGetDefault(type));
    const isSame = BigInt(document.archCapabilities ?? '0x0') === ours;
    if (!isSame && !missing.includes('arch_caps')) missing.push('arch_caps');
  }
  if (missing.length > 0)
    throw lacking(`the processors of this host lack ${missing.join(', ')}`, { missing });
  const { features, leaves } = level;
  return { features, ...(leaves === undefined ? {} : { leaves }) };
}

function requireSameKind(
  document: CpuDocument,
  host: { readonly type: DomainType; readonly vendor: string },
): void {
  if (document.vendor !== host.vendor)
    throw lacking(`the processors of this host are of ${host.vendor}, and not of ${document.vendor}`, {
      vendor: host.vendor,
    });
  if (document.type !== host.type)
    throw lacking(`the features are those of ${document.type} guests, and it is a ${host.type} guest`, {
      type: document.type,
    });
}

function lacking(what: string, details: Readonly<Record<string, unknown>>): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_CPU_LACKING',
    kind: 'usage',
    message: `the guest cannot have the processor features that its configuration names: ${what}`,
    hint: 'compare the hosts that it shall run on: vm-host cpu FILE… prints what they have in common',
    details,
  });
}
