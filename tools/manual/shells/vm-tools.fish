# Completes the words of vm-tools in fish.

# The host that the command line or the environment names.
function __vm_tools_host
    set -l line (commandline -opc)
    if set -l at (contains -i -- --host $line)
        and set -q line[(math $at + 1)]
        echo $line[(math $at + 1)]
    else if set -l given (string match -r -- '^--host=.*' $line)
        string replace -- --host= '' $given[1]
    else if set -q VM_TOOLS_HOST
        echo $VM_TOOLS_HOST
    else
        echo xen:
    end
end

# The names of the domains of the host, kept for some seconds, each behind the given text.
function __vm_tools_domains
    set -l host (__vm_tools_host)
    set -l now (date +%s)
    if not set -q __vm_tools_since
        or test $host != $__vm_tools_of -o (math $now - $__vm_tools_since) -ge 5
        set -g __vm_tools_of $host
        set -g __vm_tools_since $now
        set -g __vm_tools_names
        if test $host = xen:
            and command -q xenstore-list
            and set -l ids (xenstore-list /local/domain 2>/dev/null)
            for id in $ids
                test $id != 0
                and set -a __vm_tools_names (xenstore-read /local/domain/$id/name 2>/dev/null)
            end
        else if command -q vm-list
            set -g __vm_tools_names (vm-list --names --host $host 2>/dev/null)
        end
    end
    for name in $__vm_tools_names
        printf '%s%s\n' "$argv" $name
    end
end

# The names of the hosts that this one trusts, each behind the given text.
function __vm_tools_peers
    for file in "$VM_TOOLS_ROOT"/etc/vm-tools/peers/*.json
        printf '%s%s\n' "$argv" (string replace -r '.*/(.*)\.json$' '$1' -- $file)
    end
end

# `vm list web1` is completed as `vm-list web1`.
function __vm_tools_umbrella
    set -l line (commandline -opc)
    complete -C (string join ' ' -- vm-$line[2] (string escape -- $line[3..]) (commandline -ct))
end
