# Sourced by scripts/voiceguide and scripts/test: makes or renews .venv. Prints nothing when there is nothing to do.
#
# need_environment EXTRAS STAMP
#   EXTRAS  what to install of the project: "" or "[test]"
#   STAMP   the name of the file in .venv that says which EXTRAS and pyproject.toml it was made from

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv

fail() {
    echo "voiceguide: $1" >&2
    exit 1
}

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

# What the stamp of a finished environment holds.
made_from() {
    echo "# extras: $1"
    cat "$root/pyproject.toml"
}

need_environment() {
    local extras=$1 stamp=$venv/$2 python log
    # The stamp says what was installed, and is written last: an interrupted set-up is done again.
    made_from "$extras" | cmp -s - "$stamp" && [ -x "$venv/bin/voiceguide" ] && return

    # Two first uses at once: the second waits, and then finds the work done.
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$root/.venv.lock" || fail "cannot write to $root"
        flock 9
        made_from "$extras" | cmp -s - "$stamp" && [ -x "$venv/bin/voiceguide" ] && return
    fi

    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.11 or newer is needed: install it (Debian: apt-get install python3 python3-venv)"
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "Python's venv module is needed: install it (Debian: apt-get install python3-venv)"
    echo "voiceguide: setting up .venv, once (a minute or two) ..." >&2
    log=$(mktemp)
    if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
        "$python" -m venv --clear "$venv" >"$log" 2>&1 ||
            fail "the environment $venv cannot be made: $(tail -n 1 "$log")"
    fi
    if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$root$extras" >"$log" 2>&1; then
        if grep -qiE 'connection|network|resolution|timed out|retries|no matching distribution' "$log"; then
            fail "the packages cannot be fetched: is there a network? $(grep -m 1 '^ERROR' "$log")"
        fi
        fail "the packages cannot be installed: $(grep -m 1 '^ERROR' "$log" || tail -n 1 "$log")"
    fi
    rm -f "$log"
    made_from "$extras" >"$stamp"
}
