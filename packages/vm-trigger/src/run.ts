import { forEachDomain, wrongUse, type Invocation, type OneOrList, type Outcome } from '@vm-tools/cli';
import { pressSysrq, resolveDomain, triggerDomain, type Domain, type Host } from '@vm-tools/libdomain';
import type { TriggerInput } from './options.ts';
import type { Sent, Triggered } from './result.ts';

export async function trigger(invocation: Invocation<TriggerInput>): Promise<Outcome<OneOrList<Triggered>>> {
  const { input, signal } = invocation;
  const { done, act } = actionOf(input);
  const host = await invocation.openHost();
  return forEachDomain(invocation, input.domain, async (word) => {
    const domain = await resolveDomain(host, word);
    await act(host, domain, signal);
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, ...done.value }, line: `${name}: ${done.text}` };
  });
}

interface Action {
  readonly done: { readonly value: Sent; readonly text: string };
  readonly act: (host: Host, domain: Domain, signal: AbortSignal) => Promise<void>;
}

function actionOf({ nmi, power, sleep, sysrq, vcpu, timeout, wait: waitMs }: TriggerInput): Action {
  if (sysrq !== undefined)
    return {
      done: { value: { sysrq }, text: `took the key ${sysrq}` },
      act: (host, domain, signal) => pressSysrq(host, domain, sysrq, { timeoutMs: timeout, waitMs, signal }),
    };
  const trigger = nmi === true ? 'nmi' : power === true ? 'power' : sleep === true ? 'sleep' : undefined;
  if (trigger === undefined)
    throw wrongUse('there is nothing to send', 'give --nmi, --sysrq KEY, --power or --sleep');
  return {
    done: { value: { trigger }, text: trigger === 'nmi' ? 'interrupted' : `pressed its ${trigger} button` },
    act: (host, domain, signal) => triggerDomain(host, domain, trigger, { vcpu, waitMs, signal }),
  };
}
