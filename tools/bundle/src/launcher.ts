/**
 * A launcher in `bin`. It may be run through a link from a folder of PATH. node keeps what it has compiled, which makes
 * the next start quicker; not in its default place under /tmp, because every user can write there, and root would run
 * that.
 */
export const launcher = (name: string): string => `#!/bin/sh
self=$0
[ -L "$self" ] && self=$(readlink -f "$self")
export NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE-\${VM_TOOLS_ROOT%/}/var/cache/vm-tools}"
exec node "\${self%/*}/../lib/${name}.js" "$@"
`;
