import type { Invocation, Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { suggest } from '@vm-tools/words';
import { askHost } from '@vm-tools/xen-sim/control';
import { FAULT_CALLS, faultRuleSchema, type FaultRule } from '@vm-tools/xen-sim/faults';
import type { FaultInput } from '../options.ts';
import type { FaultAnswer } from '../result.ts';

export async function fault({ input, signal }: Invocation<FaultInput>): Promise<Outcome<FaultAnswer>> {
  const { name } = input;
  if (input.clear) {
    const value = await askHost(name, { ask: 'clear-faults' }, { signal });
    return { value, text: `${value.removed} removed` };
  }
  if (input.call === undefined) {
    const value = await askHost(name, { ask: 'faults' }, { signal });
    return { isReport: true, value, text: value.rules.map((rule) => JSON.stringify(rule)).join('\n') };
  }
  return { value: await askHost(name, { ask: 'add-fault', rule: toRule(input) }, { signal }) };
}

/** @throws VmToolsError XEN_SIM_FAULT, of kind usage */
function toRule({ call, domid, nth, times, errno, delay: delayMs, hang, at }: FaultInput): FaultRule {
  const given = { call, domid, nth, times, errno, delayMs, hang, at };
  const rule = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = faultRuleSchema.safeParse(rule);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const isCall = issue?.path[0] === 'call';
  throw new VmToolsError({
    code: 'XEN_SIM_FAULT',
    kind: 'usage',
    message: `no such fault can be: ${issue?.message ?? 'invalid'}`,
    ...(isCall ? { hint: hintOf(call ?? '') } : {}),
  });
}

function hintOf(call: string): string {
  const meant = suggest(call, FAULT_CALLS);
  const pattern =
    'a method of the interface Xen, xenstore. and a request, dom0. and a call, or a pattern: domain*, xenstore.*';
  return meant === undefined ? `name ${pattern}` : `did you mean ${meant}?`;
}
