#!/bin/sh
# kill.sh ID SIGNAL process|group: signals what run started under the id, waiting for it to have started.
tries=0
until [ -s "/run/lab/$1" ]; do
  tries=$((tries + 1))
  [ $tries -gt 50 ] && exit 1
  sleep 0.1
done
read -r pid <"/run/lab/$1"
[ "$3" = group ] && pid=-$pid
kill -s "$2" -- "$pid"
