#!/bin/sh
# Init of a dom0. A script instead of systemd because the lab's processors are emulated: systemd takes about
# a minute there, this takes seconds. It stays as process 1 and collects orphans.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8

setting() { sed -n "s/.*lab\.$1=\([^ ]*\).*/\1/p" /proc/cmdline; }
host=$(setting host)
address=$(setting address)

mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,gid=5,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mount -t xenfs xenfs /proc/xen
# udev makes these elsewhere. Without /dev/stdin Xen's block script tries for ever to lock its file.
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr
mkdir -p /run/xen /run/xenstored /run/lock /run/sshd /run/lab

hostname "$host"
sed '1s/^/127.0.0.1 localhost\n/' /lab/hosts >/etc/hosts
ip link set lo up
ip address add 10.0.2.15/24 dev eth0
ip link set eth0 up
# Guests with a vif join this bridge, so they reach both hosts.
ip link add xenbr0 type bridge stp_state 0 forward_delay 0
# Each packet costs an emulated processor the same, large or small: five times the speed of 1500 bytes.
ip link set eth1 mtu 32000 master xenbr0 up
ip link set xenbr0 mtu 32000
ip address add "$address/24" dev xenbr0
ip link set xenbr0 up

# The log folder lies on the machine that runs the lab: what is written there outlives this host.
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 logs /var/log/xen
mkdir -p /var/log/xen/console /mnt/exchange
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 exchange /mnt/exchange
# For disks of guests that move from one host to the other: each host sees at once what the other has written only
# without a cache.
mkdir -p /shared
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=none shared /shared

# Each command of a test begins with root's shell: the smaller one.
sed -i '/^root:/s#/bin/bash$#/bin/sh#' /etc/passwd
/usr/sbin/sshd -f /lab/sshd_config

libexec=$(echo /usr/lib/xen-[0-9]*/bin)
ln -sf "$libexec/verify-stream-v2" /usr/local/bin/
for packages in /usr/local/lib/python3*/dist-packages; do
  echo "${libexec%/bin}/lib/python" >"$packages/xen.pth"
done
$libexec/xenstored --pid-file /run/xen/xenstored.pid
$libexec/xen-init-dom0
# The first qemu of a host leaves this folder; here from the start, it is no trace of a test.
xenstore-write /local/domain/0/device-model ''
$libexec/xenconsoled --log=all --timestamp=none --log-dir=/var/log/xen/console --pid-file=/run/xen/xenconsoled.pid

echo ready >/run/lab/ready
echo "lab: $host is ready"

# A shell on the serial line, for `lab console` when the network is gone.
(while :; do setsid -c /bin/sh -i </dev/hvc0 >/dev/hvc0 2>&1; sleep 1; done) &
while :; do wait; sleep 3600 & done
