#!/bin/bash
# The first process of one node of a pool, in namespaces of its own: a simulated host, xfrd, Corosync and Pacemaker, out of
# packages that were unpacked beside the machine. Nothing of the machine is changed: /etc, /var and /usr are overlays.
#
#   node.sh ID COUNT ROOT POOL    ROOT: the unpacked packages; POOL: what all nodes and the driver share
ID=$1 COUNT=$2 ROOT=$3 POOL=$4 N=n$1
exec 2>>"$POOL/log/$N.init"
mount --make-rprivate /
mount -t proc proc /proc
hostname "$N"
mount -t tmpfs -o mode=755 t /run
mount -t tmpfs -o mode=1777 t /dev/shm # libqb talks through it
for folder in etc var; do
  mkdir -p /run/.o/$folder /run/.o/$folder.w
  mount -t overlay o -o "lowerdir=$ROOT/$folder:/$folder,upperdir=/run/.o/$folder,workdir=/run/.o/$folder.w" /$folder
done
mount -t overlay o -o "lowerdir=$POOL/usr:$ROOT/usr:/usr" /usr
echo haclient:x:189: >>/etc/group
echo hacluster:x:189:189::/var/lib/pacemaker:/bin/false >>/etc/passwd
mkdir -p /run/lock /run/resource-agents /var/log/corosync /var/log/pacemaker /var/cache/vm-tools \
  /var/lib/pacemaker/{blackbox,cib,cores,pengine}
cp "$POOL/cib.xml" /var/lib/pacemaker/cib/
chown -R 189:189 /var/lib/pacemaker /var/log/pacemaker
for i in $(seq "$COUNT"); do echo "10.77.0.$i n$i" >>/etc/hosts; done

ip link set lo up
until ip link show eth0 >/dev/null; do sleep .05; done
ip addr add "10.77.0.$ID/24" dev eth0
ip link set eth0 up

# One setting a line, and nothing behind a brace. With two nodes each waits for the other when it starts: one that came
# up alone would fence the other before it has seen it.
{
  printf '%s\n' 'totem {' 'version: 2' 'cluster_name: pool' 'transport: knet' 'token: 5000' 'crypto_cipher: none' \
    'crypto_hash: none' '}' 'system {' 'sched_rr: no' 'move_to_root_cgroup: no' '}' 'logging {' 'to_stderr: no' \
    'to_syslog: no' 'to_logfile: yes' "logfile: $POOL/log/$N.corosync" 'timestamp: hires' '}' \
    'quorum {' 'provider: corosync_votequorum'
  [ "$COUNT" = 2 ] && printf '%s\n' 'two_node: 1'
  printf '%s\n' '}' 'nodelist {'
  for i in $(seq "$COUNT"); do
    printf '%s\n' 'node {' "name: n$i" "nodeid: $i" "ring0_addr: 10.77.0.$i" '}'
  done
  echo '}'
} >/etc/corosync/corosync.conf

export PCMK_logfile=$POOL/log/$N.pacemaker PCMK_logfacility=none
export VM_TOOLS_SIM=/run/sim VM_TOOLS_HOST=sim:$N VM_TOOLS_ROOT=/run/sim/$N/root
mkdir -m 700 /run/sim
xen-sim start "$N" --memory 2G >/dev/null
for folder in etc/vm-tools var/lib/vm-tools; do # what a host keeps when its power goes: keys, peers, journals
  mkdir -p "$POOL/disk/$N/$folder" "$VM_TOOLS_ROOT/$folder"
  chmod 700 "$POOL/disk/$N/$folder"
  cp -an "$VM_TOOLS_ROOT/$folder/." "$POOL/disk/$N/$folder/"
  mount --bind "$POOL/disk/$N/$folder" "$VM_TOOLS_ROOT/$folder"
done
[ -e "$POOL/$N.fingerprint" ] || xfrd init --name "$N" >/dev/null
ln -s "/run/sim/$N/root/guests/kernel" /run/sim/kernel # the same path on all nodes
xfrd fingerprint >"$POOL/$N.new"
mv "$POOL/$N.new" "$POOL/$N.fingerprint"
for i in $(seq "$COUNT"); do
  [ "$i" = "$ID" ] && continue
  until [ -e "$POOL/n$i.fingerprint" ]; do sleep .1; done
  [ -e "$POOL/disk/$N/knows" ] && continue
  for address in "10.77.0.$i" "n$i"; do
    xfrd trust "n$i" "$address" --fingerprint "$(cat "$POOL/n$i.fingerprint")" >/dev/null
  done
done
touch "$POOL/disk/$N/knows"
xfrd --listen "10.77.0.$ID" --json >>"$POOL/log/$N.xfrd" &
corosync -f &
until corosync-cfgtool -s >/dev/null; do sleep .1; done
pacemakerd -f >/dev/null &
while :; do
  wait -n
  sleep .5
done # the first process of a namespace has to wait for all that end
