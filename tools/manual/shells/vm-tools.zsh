# Completes the words of vm-tools in zsh.

# The names of the domains of the host, kept for some seconds. Sets _vm_tools_names.
_vm_tools_domains() {
  local id name host=${opt_args[--host]:-${VM_TOOLS_HOST:-xen:}}
  local -a ids
  host=${host//\\:/:} # _arguments has put it in front of colons
  if [[ ${_vm_tools_host-} == "$host" ]] && (( SECONDS - _vm_tools_since < 5 )); then return; fi
  typeset -g _vm_tools_host=$host _vm_tools_since=$SECONDS
  typeset -ga _vm_tools_names=()
  if [[ $host == xen: ]] && (( $+commands[xenstore-list] )); then
    ids=(${(f)"$(xenstore-list /local/domain 2>/dev/null)"})
  fi
  if (( $#ids )); then
    for id in $ids; do
      [[ $id != 0 ]] || continue
      name=$(xenstore-read /local/domain/$id/name 2>/dev/null) && _vm_tools_names+=("$name")
    done
  elif (( $+commands[vm-list] )); then
    _vm_tools_names=(${(f)"$(vm-list --names --host $host 2>/dev/null)"})
  fi
}

# Offers words, in which <domain>, <peer>, <file> and <folder> stand for all that there are.
_vm_tools_offer() {
  local word
  local -a all peers
  for word in "$@"; do
    case $word in
      '<file>') _files ;;
      '<folder>') _files -/ ;;
      *'<domain>')
        _vm_tools_domains
        all+=("${word%<domain>}"$^_vm_tools_names)
        ;;
      *'<peer>')
        peers=(${VM_TOOLS_ROOT%/}/etc/vm-tools/peers/*.json(N:t:r))
        all+=("${word%<peer>}"$^peers)
        ;;
      *) all+=("$word") ;;
    esac
  done
  compadd -a all
}

# Offers the commands of a tool, and besides what it takes without one.
_vm_tools_first() {
  local -a list=()
  local name
  for name in ${(ok)commands_of}; do list+=("$name:$commands_of[$name]"); done
  _describe -t commands command list
  (( $# == 0 )) || _vm_tools_offer "$@"
}

_vm_tools() {
  local tool=${words[1]:t} command= index
  local -A commands_of opt_args
  local context state line
  if [[ $tool == vm ]] && (( CURRENT > 2 )); then
    # `vm list web1` is completed as `vm-list web1`.
    tool=vm-$words[2]
    words=($tool "${(@)words[3,-1]}")
    (( CURRENT-- ))
  fi
  _vm_tools_commands $tool
  if [[ $tool == vm ]]; then
    _vm_tools_first
    return
  fi
  for (( index = 2; index < CURRENT; index++ )); do
    case $words[index] in
      --) break ;;
      --host | --timeout) (( index++ )) ;;
      -*) ;;
      *)
        (( ! ${+commands_of[$words[index]]} )) || command=$words[index]
        break
        ;;
    esac
  done
  if [[ -n $command ]]; then
    words[index]=()
    (( CURRENT-- ))
  fi
  _vm_tools_arguments "$tool $command"
}
