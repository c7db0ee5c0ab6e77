import { FLOOR } from '@vm-tools/errors/node-version';

/** Beside the programs: what a launcher reads where the bundle has no Node of its own. */
export const FIND_NODE = 'find-node.sh';

/**
 * A launcher in `bin`. It may be run through a link from a folder of PATH. The Node that was installed with the bundle
 * comes before that of PATH. node keeps what it has compiled, which makes the next start quicker; not in its default
 * place under /tmp, because every user can write there, and root would run that.
 */
export const launcher = (name: string): string => `#!/bin/sh
self=$0
[ -L "$self" ] && self=$(readlink -f "$self")
home=\${self%/*}/..
export NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE-\${VM_TOOLS_ROOT%/}/var/cache/vm-tools}"
node=$home/node
[ -x "$node" ] || . "$home/lib/${FIND_NODE}"
exec "$node" "$home/lib/${name}.js" "$@"
`;

/**
 * Chooses the first Node of PATH that is new enough. One that is there alone is not asked for its version, which would
 * cost each start: the program that it runs looks, and says what is wrong. So does the first one where none will do.
 */
export const findNode = (): string => `# Read by the launchers in bin; sets $node.
node=
others=
set -f
IFS=:
for folder in $PATH; do
  [ -f "$folder/node" ] && [ -x "$folder/node" ] || continue
  if [ -z "$node" ]; then
    node=$folder/node
  elif ! [ "$folder/node" -ef "$node" ]; then
    others=$others:$folder/node
  fi
done
if [ -z "$node" ]; then
  echo "\${self##*/}: there is no Node here; install the package vm-tools-node, or Node ${FLOOR} or later into PATH" >&2
  exit 1
fi
if [ -n "$others" ]; then
  for each in $node$others; do
    version=$("$each" --version 2>/dev/null) || continue
    version=\${version#v}
    [ "\${version%%.*}" -ge ${FLOOR} ] 2>/dev/null && node=$each && break
  done
fi
unset IFS
set +f
`;
