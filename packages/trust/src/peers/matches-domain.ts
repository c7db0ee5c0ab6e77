/** Whether a name, a pattern in which * stands for any letters, or a UUID means this guest. */
export function matchesDomain(
  pattern: string,
  { name, uuid }: { readonly name: string; readonly uuid: string },
): boolean {
  return pattern.toLowerCase() === uuid.toLowerCase() || matchesName(pattern, name);
}

/** Each piece between two stars is looked for once, from left to right: no pattern takes long. */
function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
