import ts from 'typescript';

/**
 * The name under which a type is described once: that of an interface, a class or an alias of this project. Words that
 * a field may have are told with the field.
 */
export function nameOf(type: ts.Type): string | undefined {
  const alias = type.aliasSymbol;
  const symbol = alias ?? type.getSymbol();
  if (symbol === undefined || symbol.name.startsWith('__')) return undefined;
  if (alias === undefined && !isDeclared(type)) return undefined;
  if ((type.aliasTypeArguments ?? []).length > 0 || !isOfObjects(type)) return undefined;
  const files = (symbol.declarations ?? []).map((each) => each.getSourceFile().fileName);
  return files.some((file) => file.includes('/node_modules/')) ? undefined : symbol.name;
}

/** An interface or a class that takes no types: what it says is the same wherever it is used. */
function isDeclared(type: ts.Type): boolean {
  return type.isClassOrInterface() && (type.typeParameters ?? []).length === 0;
}

function isOfObjects(type: ts.Type): boolean {
  const parts = type.isUnion() ? type.types : [type];
  return parts.some(({ flags }) => (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0);
}
