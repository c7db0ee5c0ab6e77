#!/bin/bash
# run.sh ID COMMAND…: runs a command so that its process can be signalled from outside, by the id.
# A process group of its own makes the same difference as a terminal does: Ctrl-C reaches all of it.
id=$1
shift
if [ -t 0 ]; then
  echo $$ >"/run/lab/$id"
  exec "$@"
fi
# Job control, for the group; what bash says about its jobs is no output of the command.
set -m
exec 3>&2 2>/dev/null
"$@" <&0 2>&3 3>&- &
echo $! >"/run/lab/$id"
wait $!
code=$?
rm -f "/run/lab/$id"
exit $code
