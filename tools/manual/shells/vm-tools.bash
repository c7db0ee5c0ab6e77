# Completes the words of vm-tools in bash, 4.3 or later. What comes from a host is never evaluated: a domain of another
# toolstack may have any name.

# Puts together what bash has taken apart at colons and equals signs. An option and its value stay two words.
# Sets line, and glued: what is in front of the part that bash has for the last word.
_vm_tools_line() {
  local word state=new
  line=() glued=
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    glued=
    if ((${#line[@]} > 1)) && [[ $word == = && $state == new && ${line[-1]} == --* ]]; then
      state=value
    elif ((${#line[@]} > 1)) && [[ $word == [:=] ]]; then
      line[-1]+=$word
      glued=${line[-1]}
      state=glue
    elif [[ $state == glue ]]; then
      glued=${line[-1]}
      line[-1]+=$word
      state=new
    else
      line+=("$word")
      state=new
    fi
  done
  [[ $state != value ]] || line+=('')
}

# The names of the domains of the host, kept for some seconds. Sets _vm_tools_names.
_vm_tools_domains() {
  local ids id name
  if [[ ${_vm_tools_host-} == "$host" ]] && ((SECONDS - _vm_tools_since < 5)); then return; fi
  _vm_tools_names=()
  if [[ $host == xen: ]] && type -P xenstore-list >/dev/null && ids=$(xenstore-list /local/domain 2>/dev/null); then
    for id in $ids; do
      [[ $id != 0 ]] || continue
      name=$(xenstore-read "/local/domain/$id/name" 2>/dev/null) && _vm_tools_names+=("$name")
    done
  elif type -P vm-list >/dev/null; then
    mapfile -t _vm_tools_names < <(vm-list --names --host "$host" 2>/dev/null)
  fi
  _vm_tools_host=$host
  _vm_tools_since=$SECONDS
}

# The names of the hosts that this one trusts. Sets peers.
_vm_tools_peers() {
  local file
  peers=()
  for file in "${VM_TOOLS_ROOT%/}"/etc/vm-tools/peers/*.json; do
    [[ -e $file ]] || continue
    file=${file##*/}
    peers+=("${file%.json}")
  done
}

# Offers those of the words that begin as the current one does.
_vm_tools_offer() {
  local word name found areFiles=
  local -a all=() peers=()
  for word in "$@"; do
    case $word in
      '<file>' | '<folder>')
        local kind=-f
        [[ $word == '<file>' ]] || kind=-d
        areFiles=1
        while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen $kind -- "${current#"$glued"}")
        ;;
      *'<domain>')
        _vm_tools_domains
        for name in "${_vm_tools_names[@]}"; do all+=("${word%'<domain>'}$name"); done
        ;;
      *'<peer>')
        _vm_tools_peers
        for name in "${peers[@]}"; do all+=("${word%'<peer>'}$name"); done
        ;;
      *) all+=("$word") ;;
    esac
  done
  # With it readline quotes words by itself, and puts a slash behind folders.
  [[ -z $areFiles ]] || compopt -o filenames 2>/dev/null
  for word in "${all[@]}"; do
    [[ $word == "$current"* ]] || continue
    word=${word#"$glued"}
    [[ -n $areFiles ]] || printf -v word %q "$word"
    COMPREPLY+=("$word")
  done
}

_vm_tools() {
  local IFS=$' \t\n' glued index word isPlain='' isValueOf='' host=${VM_TOOLS_HOST:-xen:}
  local commands='' options='' words='' values='' scope=${COMP_WORDS[0]##*/}
  local -a line list
  COMPREPLY=()
  _vm_tools_line
  _vm_tools_describe "$scope"
  local last=$((${#line[@]} - 1)) current=${line[-1]}
  for ((index = 1; index < last; index++)); do
    word=${line[index]}
    if [[ $word == -- ]]; then
      isPlain=1 commands=
      break
    elif [[ $word == -* ]]; then
      _vm_tools_value "$scope" "$word" || continue
      ((++index < last)) || isValueOf=$word
      [[ $word != --host ]] || host=${line[index]}
    elif [[ " $commands " == *" $word "* ]]; then
      scope+=" $word"
      _vm_tools_describe "$scope"
    else
      commands=
    fi
  done
  if [[ -n $isValueOf ]]; then
    _vm_tools_value "$scope" "$isValueOf"
    read -ra list <<<"$values"
  elif [[ -z $isPlain && $current == -* ]]; then
    read -ra list <<<"$options"
  else
    read -ra list <<<"$commands $words"
  fi
  _vm_tools_offer "${list[@]}"
}

# `vm list web1` is completed as `vm-list web1`.
_vm_tools_umbrella() {
  local verb=${COMP_WORDS[1]}
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "help $_vm_tools_verbs" -- "$verb")
  elif [[ $verb == help ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$_vm_tools_verbs" -- "${COMP_WORDS[COMP_CWORD]}")
  else
    local -a COMP_WORDS=("vm-$verb" "${COMP_WORDS[@]:2}")
    local COMP_CWORD=$((COMP_CWORD - 1))
    _vm_tools
  fi
}
