#!/bin/sh
exec /bin/busybox reboot -f
