# shellcheck shell=bash
# Finds programs that the tests use and that a machine may hold in many places. Sourced, after environment.sh.
# Each function prints what it found and fails, silently, when there is nothing.

# A Chromium that starts (a missing library or a snap stub shows in --version). Playwright's own comes last: it is looked
# up through npm, which costs a moment.
find_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    [ -n "$candidate" ] || continue
    candidate=$(command -v "$candidate") || continue
    if "$candidate" --version >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  [ -d node_modules/@playwright/test ] || return 1
  candidate=$(node -p 'require("@playwright/test").chromium.executablePath()' 2>/dev/null) || return 1
  [ -x "$candidate" ] && "$candidate" --version >/dev/null 2>&1 && printf '%s\n' "$candidate"
}

# The same without an interface, for the tests that need none: it costs a third less.
find_headless_shell() {
  command -v "${HEADLESS_SHELL:-chromium-headless-shell}"
}

# A Firefox that starts: the system's, which the browser tests call from Chromium.
find_firefox() {
  local candidate
  for candidate in "${FIREFOX:-}" firefox-esr firefox; do
    [ -n "$candidate" ] || continue
    candidate=$(command -v "$candidate") || continue
    if "$candidate" --version >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# The folder of initdb and postgres, the newest first. Debian keeps them off PATH.
find_postgres() {
  local folder
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) "$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")"; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done
  return 1
}

find_redis() {
  command -v redis-server || command -v valkey-server
}

find_turnserver() {
  command -v "${TURNSERVER:-turnserver}"
}
