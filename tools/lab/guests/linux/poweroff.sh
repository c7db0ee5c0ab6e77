#!/bin/sh
exec /bin/busybox poweroff -f
