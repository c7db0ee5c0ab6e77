/** Why a guest cannot call itself that, as in "must …"; undefined if it can. RFC 1123: labels with dots in between. */
export function hostNameFault(text: string): string | undefined {
  if (text.length > 253) return 'must not be longer than 253 characters';
  const isGood = text.split('.').every((label) => /^[a-z0-9](?:[a-z0-9-]{0,62}(?<!-))?$/i.test(label));
  return isGood ? undefined : 'must be letters, digits and hyphens, with dots in between';
}

/** Why a user cannot be called that, as in "must …"; undefined if it can: what useradd takes. */
export function userFault(text: string): string | undefined {
  if (text === 'root') return 'must not be root, whom most images do not let in';
  return /^[a-z_][a-z0-9_-]{0,31}$/.test(text)
    ? undefined
    : 'must be small letters, digits, "-" and "_", and begin with a letter; at most 32 of them';
}
