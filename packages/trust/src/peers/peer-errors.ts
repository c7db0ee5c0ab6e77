import { VmToolsError } from '@vm-tools/errors';

/** A caller at `address` that shows no certificate. A stranger is told only that it is one. */
export function noCertificate(address: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_PEER_NO_CERTIFICATE',
    kind: 'peer',
    message: `${address} shows no certificate`,
    hint: 'make one there: xfrd init; then trust it here: xfrd trust NAME HOST',
    details: { address, isStranger: true },
  });
}

export function unknownPeer(init: {
  readonly address: string;
  readonly fingerprint: string;
  /** what it calls itself */
  readonly claimed: string | undefined;
  /** as it was called from here */
  readonly host: string | undefined;
  /** why an authority does not vouch for it either; undefined when one does, or there is none */
  readonly chainError: string | undefined;
}): VmToolsError {
  const { address, fingerprint, claimed, host, chainError } = init;
  const who = claimed === undefined ? address : `${address}, which calls itself ${claimed},`;
  const why = chainError === undefined ? '' : `, and no authority vouches for it (${chainError})`;
  const command = `xfrd trust ${claimed ?? 'NAME'}${host === undefined ? '' : ` ${host}`} --fingerprint ${fingerprint}`;
  return new VmToolsError({
    code: 'XFR_PEER_UNKNOWN',
    kind: 'peer',
    message: `${who} is not known: its key is ${fingerprint}${why}`,
    hint: `if xfrd fingerprint shows the same there, trust it ${host === undefined ? 'on the host that it called' : 'here'}: ${command}`,
    details: { address, fingerprint, claimed, host, chainError, command, isStranger: true },
  });
}

/** The called host is the caller itself. */
export function sameHost({
  address,
  host,
}: {
  readonly address: string;
  readonly host: string;
}): VmToolsError {
  return new VmToolsError({
    code: 'XFR_SAME_HOST',
    kind: 'usage',
    message: `${host} leads to this very host: ${address} has its key`,
    hint: 'give the address of another host: xfrd peers lists those that are known',
    details: { address, host },
  });
}

export function keyChanged(init: {
  readonly name: string;
  readonly expected: string | undefined;
  readonly fingerprint: string | undefined;
  readonly address?: string;
}): VmToolsError {
  const { name, expected, fingerprint, address } = init;
  const where = address === undefined ? '' : `${address} is not the ${name} that is known here: `;
  return new VmToolsError({
    code: 'XFR_PEER_KEY_CHANGED',
    kind: 'peer',
    message: `${where}${name} is trusted with ${expected ?? 'a certificate of an authority'}, and this is ${fingerprint ?? 'one'}`,
    hint: `if ${name} was set up anew, xfrd forget ${name} and trust it again; otherwise another host pretends to be ${name}`,
    details: { name, expected, fingerprint, address, isStranger: true },
  });
}

export function expired(init: {
  readonly address: string;
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
  readonly now: Date;
}): VmToolsError {
  const { address, name, from, to, now } = init;
  const isEarly = now < from;
  const when = isEarly
    ? `is valid only from ${from.toISOString()} on`
    : `was valid until ${to.toISOString()}`;
  return new VmToolsError({
    code: 'XFR_PEER_EXPIRED',
    kind: 'peer',
    message: `the certificate of ${name} (${address}) ${when}, and it is ${now.toISOString()}`,
    hint: isEarly
      ? 'compare the clocks of both hosts'
      : `renew it on ${name}: xfrd init --renew keeps the key, so it stays trusted; and compare the clocks of both hosts`,
    details: { address, name, validFrom: from.toISOString(), validTo: to.toISOString() },
  });
}

export function otherName(init: {
  readonly address: string;
  readonly name: string;
  readonly host: string;
}): VmToolsError {
  const { address, name, host } = init;
  return new VmToolsError({
    code: 'XFR_PEER_NAME',
    kind: 'peer',
    message: `${host} was called, and ${name} answers at ${address}`,
    hint: `if ${host} is another name for ${name}, add it: xfrd trust ${name} ${host}; otherwise check what ${host} leads to`,
    details: { address, name, host },
  });
}
