# boot-disk.sh FILE KERNEL [RAMDISK [OPTIONS…]]: makes a disk from which GRUB and pygrub boot: an ext2 file system with
# /boot/grub/grub.cfg, the kernel and the ramdisk.
set -e
file=$1
kernel=$2
ramdisk=$3
shift 2
[ $# -eq 0 ] || shift
tree=$(mktemp -d)
mkdir -p "$tree/boot/grub"
cp "$kernel" "$tree/boot/kernel"
[ -z "$ramdisk" ] || cp "$ramdisk" "$tree/boot/ramdisk"
{
  echo 'set default=0'
  echo 'set timeout=0'
  echo "menuentry 'the kernel of the lab' {"
  echo "  linux /boot/kernel $*"
  [ -z "$ramdisk" ] || echo '  initrd /boot/ramdisk'
  echo '}'
} >"$tree/boot/grub/grub.cfg"
mib=$(du -sm "$tree" | cut -f1)
mke2fs -q -F -t ext2 -d "$tree" "$file" "$((mib + 4))M"
rm -r "$tree"
