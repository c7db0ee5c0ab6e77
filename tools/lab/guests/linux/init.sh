#!/bin/sh
# Init of the Linux guest. The kernel hands over options that it does not know, `dirty=64`, as variables.
busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sys /sys
$busybox mount -t devtmpfs dev /dev
# The kernel runs /sbin/poweroff and /sbin/reboot when the toolstack asks for it.
while read -r module; do
  $busybox insmod "/modules/$module"
done </modules/order
echo 'linux: boot'
/bin/devices &
[ -n "$dirty" ] && /bin/dirty "$dirty" "${rate:-0}" &
exec /bin/count
