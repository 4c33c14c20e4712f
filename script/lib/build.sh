# shellcheck shell=bash
# The optimised build, made only when something it is made of has changed. Sourced, after environment.sh.

server=$target/release/speakle
site=${LEPTOS_SITE_ROOT:-target/site}
build_stamp=$target/speakle-build.stamp

# Everything the server, the wasm, the style sheet and the assets are made of.
build_inputs=(
  Cargo.toml Cargo.lock Leptos.toml build.rs clippy.toml rust-toolchain.toml .cargo
  package-lock.json src locales migrations public style script/lib/build.sh
)

# One hash over names and contents of the inputs, committed or not, and the compiler.
sources_hash() {
  local file
  {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
      git ls-files -z --cached --others --exclude-standard -- "${build_inputs[@]}"
    else
      find "${build_inputs[@]}" -type f -print0 2>/dev/null || true
    fi
  } | LC_ALL=C sort -z -u | while IFS= read -r -d '' file; do
    # A tracked file may be deleted in the work tree.
    if [ -f "$file" ]; then printf '%s\0' "$file"; fi
  done | { xargs -0 sha256sum --; rustc -V; } | sha256sum | cut -d' ' -f1
}

# What the stamp must hold for the build at hand to be the build of these sources. It names the executable and the hashes
# of the site too: another build (cargo-leptos watch, say) may have written over either.
wanted_stamp() {
  printf '%s %s ' "$1" "$(stat -c %Y:%s "$server" 2>/dev/null)"
  tr '\n' ' ' <"$(dirname "$server")/hash.txt" 2>/dev/null || true
}

site_matches_server() {
  local js
  js=$(sed -n 's/^js: *//p' "$(dirname "$server")/hash.txt" 2>/dev/null)
  [ -n "$js" ] && [ -f "$site/pkg/speakle.$js.js" ]
}

build_is_current() {
  [ -x "$server" ] && [ -f "$build_stamp" ] && site_matches_server &&
    [ "$(wanted_stamp "$(sources_hash)")" = "$(cat "$build_stamp")" ]
}

# cargo-leptos takes LEPTOS_SITE_ADDR for its own and refuses some of what the server allows, hence `env -u`.
leptos_build() { env -u LEPTOS_SITE_ADDR cargo leptos build --release --split --precompress "$@"; }

# cargo-leptos builds the browser's half and then the server's; here they are built side by side, since the first ends with
# minutes in which one core links the wasm and the others wait.
build_release() {
  local hash browser_half failed=0
  hash=$(sources_hash)
  rm -f "$build_stamp"
  # The browser's half writes the hashes of the site beside the server.
  mkdir -p "$(dirname "$server")"
  leptos_build --frontend-only &
  browser_half=$!
  leptos_build --server-only || failed=1
  wait "$browser_half" || failed=1
  if [ "$failed" = 1 ]; then return 1; fi
  site_matches_server || { say "error: cargo-leptos ended without an error, but $site holds no build"; return 1; }
  wanted_stamp "$hash" >"$build_stamp"
}

# The browser's half alone, as people get it.
build_site() {
  rm -f "$build_stamp"
  mkdir -p "$(dirname "$server")"
  leptos_build --frontend-only || return 1
  site_matches_server || { say "error: cargo-leptos ended without an error, but $site holds no build"; return 1; }
}
