#!/bin/sh
# First process of dom0, in the initramfs: finds the disk and hands over to /lab/init.sh on it.
# The modules are loaded with insmod in an order worked out at build time: modprobe's search costs seconds
# under emulation.
busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sys /sys
$busybox mount -t devtmpfs dev /dev

while read -r module; do
  $busybox insmod "/modules/$module" || echo "lab: module $module does not load"
done </modules/order

$busybox mount -t ext4 -o noatime /dev/vda /disk || exec $busybox sh
$busybox cp -a /overlay/. /disk/
$busybox mount --move /proc /disk/proc
$busybox mount --move /sys /disk/sys
$busybox mount --move /dev /disk/dev
exec $busybox switch_root /disk /lab/init.sh </disk/dev/console >/disk/dev/console 2>&1
