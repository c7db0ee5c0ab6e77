import { VmToolsError } from '@vm-tools/errors';
import type { Trigger } from '@vm-tools/xc-native';
import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { requireAwake, requireNotPaused } from '../guest/requirements.ts';
import { vcpusOf } from '../guest/vcpus.ts';
import { holdDomain, type HoldOptions } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import { refuseDom0 } from './not-dom0.ts';

/** Which processor is meant. */
export interface TriggerOptions extends HoldOptions {
  /** @default 0 */
  readonly vcpu?: number | undefined;
}

/**
 * Does to a guest what a hand can do to a board: a non-maskable interrupt for one of its vCPUs, of which a kernel may
 * make a crash dump, or a press of a button.
 *
 * @throws DOMAIN_NO_BUTTON: only hvm guests have a board with buttons; DOMAIN_NO_VCPU; DOMAIN_PAUSED,
 *   DOMAIN_NOT_RUNNING, DOMAIN_SUSPENDED: it could not answer; DOMAIN_UNKNOWN; and as `holdDomain`
 */
export async function triggerDomain(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name' | 'type'>,
  trigger: Trigger,
  options: TriggerOptions = {},
): Promise<void> {
  refuseDom0(domain, 'triggered from here');
  const { domid, name, type } = domain;
  const { vcpu = 0 } = options;
  try {
    await using _held = await holdDomain(host, domain, options);
    const info = await requireAwake(host, domain);
    requireNotPaused(domain, info, 'it cannot answer');
    if (trigger !== 'nmi' && type !== 'hvm') throw noButton(domain, trigger);
    const vcpus = vcpusOf(info);
    if (!vcpus.includes(vcpu)) throw noVcpu(domain, vcpu, vcpus.length);
    await host.xen.domainSendTrigger(domid, trigger, vcpu);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, { doing: `triggering ${name}`, hint: 'try again' });
  }
}

function noButton({ domid, uuid, name, type }: Parameters<typeof triggerDomain>[1], trigger: Trigger) {
  return new VmToolsError({
    code: 'DOMAIN_NO_BUTTON',
    kind: 'usage',
    message: `${name} is a ${type} domain, and only hvm domains have a ${trigger} button`,
    hint: trigger === 'power' ? `ask its guest: vm-shutdown ${name}` : `stop its vCPUs: vm-pause ${name}`,
    guest: { domid, uuid, name, state: 'still running here' },
  });
}

function noVcpu({ domid, uuid, name }: Pick<Domain, 'domid' | 'uuid' | 'name'>, vcpu: number, vcpus: number) {
  return new VmToolsError({
    code: 'DOMAIN_NO_VCPU',
    kind: 'usage',
    message: `${name} has no vCPU ${vcpu}`,
    hint: vcpus === 1 ? 'it has vCPU 0 alone' : `give one from 0 to ${vcpus - 1}`,
    guest: { domid, uuid, name, state: 'still running here' },
  });
}
