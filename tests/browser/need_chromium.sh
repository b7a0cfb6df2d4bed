#!/bin/sh
# Makes sure that there is a Chromium for the browser tests; installs Debian's where there is none.
set -eu

if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] && exit 0
    echo "CHROMIUM=$CHROMIUM is not a program that can be run" >&2
    exit 1
fi
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if ! command -v apt-get >/dev/null; then
    echo 'The browser tests need Chromium: install it and name it (make test CHROMIUM=/path/to/chromium),' >&2
    echo 'or leave these tests out (make check).' >&2
    exit 1
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo 'The browser tests need Chromium, and installing it needs root: apt-get install chromium' >&2
        exit 1
    fi
    as_root=sudo
fi
echo 'Installing Chromium for the browser tests ...'
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
