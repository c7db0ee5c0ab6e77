#!/bin/sh
# Makes the guest's disks and network cards usable from outside and tells which there are, once all of them have
# come, which takes seconds. It runs beside what counts.

# names KIND FOLDER: what Linux calls the devices of a kind, a line each; fails while one of them has not come.
names() {
  for device in "/sys/bus/xen/devices/$1"-*; do
    [ -e "$device" ] || continue
    [ -d "$device/$2" ] || return 1
    ls "$device/$2"
  done
}

mkdir -p /tmp
until disks=$(names vbd block) && nets=$(names vif net); do
  sleep 0.2
done
[ -n "$disks$nets" ] || exit 0

if [ -n "$nets" ]; then
  ip link set lo up
  ip link set eth0 up
  [ -n "$gip" ] && ip address add "$gip" dev eth0
  nc -ll -p 7000 -e /bin/sh &
  # A reader of the line below may connect at once. The port is 7000 in hexadecimal.
  until grep -qs ':1B58 ' /proc/net/tcp /proc/net/tcp6; do
    sleep 0.1
  done
fi
echo DEVS $disks NETS $nets
# nc is a child of this shell.
wait
