import type { DomainIdentity } from '@vm-tools/libdomain';

/** What a domain was sent. */
export type Sent = SentKey | SentTrigger;

/** A key for its kernel. */
export interface SentKey {
  readonly sysrq: string;
}

/** A non-maskable interrupt, or a press of a button. */
export interface SentTrigger {
  readonly trigger: 'nmi' | 'power' | 'sleep';
}

/** A domain, and what it was sent. */
export type Triggered = DomainIdentity & Sent;
