#!/bin/sh
# Print the size that the image adds to its base: docker/size.sh [IMAGE [BASE]]
set -eu
image=${1:-dateline}
base=${2:-python:3.12-slim}

bytes() { docker image inspect --format '{{.Size}}' "$1"; }
megabytes() { awk -v bytes="$1" 'BEGIN { printf "%.1f MB\n", bytes / 1e6 }'; }

echo "$base: $(megabytes "$(bytes "$base")")"
echo "$image: $(megabytes "$(bytes "$image")")"
echo "added: $(megabytes $(($(bytes "$image") - $(bytes "$base"))))"
echo
echo "of which, by package (MB):"
docker run --rm --network none --entrypoint sh "$image" -c '
    cd /opt/venv/lib/python*/site-packages
    du --apparent-size --block-size=1 --summarize /app ./* ' |
    awk '{ printf "%6.1f  %s\n", $1 / 1e6, $2 }' | sort -rn | head -15
