#!/usr/bin/env bash
# Makes mutant_server send events, as a trigger of the kit: ask_event.sh PORT EVENT [COUNT]
set -euo pipefail

exec 3<>"/dev/tcp/127.0.0.2/$1"
echo "$2 ${3:-1}" >&3
read -r answer <&3
[[ $answer == ok ]]
