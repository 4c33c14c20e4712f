# shellcheck shell=bash
# Where things are. Sourced by every script; leaves the shell in the project's folder.
#
# Sets   project     the checkout
#        target      cargo's target folder (CARGO_TARGET_DIR if set)
# Puts the tools of cargo and npm on PATH, so that cargo-leptos finds them and downloads nothing.

set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$project"

target=${CARGO_TARGET_DIR:-target}
if [ -n "${CARGO_TARGET_DIR:-}" ]; then
  # Leptos.toml says target/site; a moved target folder takes the site with it, at build time and at run time.
  case $target in /*) ;; *) target=$project/$target ;; esac
  export CARGO_TARGET_DIR=$target
  export LEPTOS_SITE_ROOT=${LEPTOS_SITE_ROOT:-$target/site}
fi

cargo_bin=${CARGO_INSTALL_ROOT:-${CARGO_HOME:-$HOME/.cargo}}/bin
export PATH="$project/node_modules/.bin:$cargo_bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

say() { printf '%s\n' "$*" >&2; }

# Ends the script with words for a person.
give_up() {
  say "error: $*"
  exit 1
}
