# A PostgreSQL of one's own, for measurements: in a temporary folder, on a free port of loopback, gone with the script that starts it.

# Starts it, with the settings of a machine that does nothing else; sets POSTGRES_URL. Whoever calls ends it by stop_postgres.
start_postgres() {
  local bin port as=()
  bin=$(find_postgres) || give_up "there is no PostgreSQL; script/bootstrap installs it"
  postgres_folder=$(mktemp -d)
  if [ "$(id -u)" = 0 ]; then
    # It refuses root.
    local user=nobody
    if id postgres >/dev/null 2>&1; then user=postgres; fi
    as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
    chown "$user" "$postgres_folder"
  fi
  (cd "$postgres_folder" && "${as[@]}" "$bin/initdb" --pgdata data --username speakle --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync) >/dev/null
  port=$(node -e 'const s = require("net").createServer(); s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
  (
    cd "$postgres_folder"
    exec "${as[@]}" "$bin/postgres" -D data -h 127.0.0.1 -p "$port" -k "$postgres_folder" \
      -c shared_buffers=2GB -c maintenance_work_mem=512MB -c max_wal_size=8GB -c effective_cache_size=8GB -c jit=off -c random_page_cost=1.1
  ) >"$postgres_folder/log" 2>&1 &
  postgres_job=$!
  POSTGRES_URL=postgres://speakle@127.0.0.1:$port
  PSQL=$bin/psql
  export POSTGRES_URL PSQL
  local tries=0
  until "$PSQL" "$POSTGRES_URL/postgres" -qc 'SELECT 1' >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ]; then give_up "PostgreSQL does not start: $(tail -3 "$postgres_folder/log")"; fi
    sleep 0.2
  done
}

stop_postgres() {
  if [ -n "${postgres_job:-}" ]; then
    kill -INT "$postgres_job" 2>/dev/null || true
    wait "$postgres_job" 2>/dev/null || true
    rm -rf "$postgres_folder"
  fi
}
