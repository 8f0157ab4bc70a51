# shellcheck shell=bash disable=SC2154,SC2034
# Part of scripts/install-pi: what is checked before anything is changed.
#
# Each check ends the script with a rule, what was received and the next step.

check_user() {
  if [[ "$(id -u)" == 0 ]]; then
    fail "install-pi must be run by the user who drives the car" \
      "root${SUDO_USER:+ (sudo, from $SUDO_USER)}" \
      "Log in as that user and run the same without sudo"
  fi
}

check_computer() {
  local model="" name="this system" version="" bits machine
  local card="Write a new card with Raspberry Pi Imager: Raspberry Pi OS (64-bit)"
  if [[ -r "$SYSTEM/proc/device-tree/model" ]]; then
    model="$(tr -d '\0' <"$SYSTEM/proc/device-tree/model")"
  fi
  if [[ -r "$SYSTEM/etc/os-release" ]]; then
    # shellcheck source=/dev/null
    name="$(. "$SYSTEM/etc/os-release" && printf '%s' "${PRETTY_NAME:-$NAME}")"
  fi
  machine="$(uname -m)"
  bits="$(dpkg --print-architecture 2>/dev/null || true)"
  [[ -n "$bits" ]] || fail "The system must be Raspberry Pi OS or another Debian" "$name" "$card"
  case "$bits" in
    arm64 | amd64) ;;
    *)
      case "$model" in
        *"Zero W"* | *"Zero Rev"* | *"Pi Model"* | *"Raspberry Pi 2"*)
          card="This one cannot run it: use a Pi 3, 4, 5 or Zero 2 W" ;;
      esac
      fail "The system must be a 64-bit one" "$bits programs on $machine (${model:-$name})" "$card"
      ;;
  esac
  version="$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)"
  case "$version" in
    3.11 | 3.12 | 3.13) python_version="$version" ;;
    *)
      fail "The system must have Python 3.11 to 3.13, as Bookworm and Trixie do" \
        "Python ${version:-not installed}, $name" "$card"
      ;;
  esac
  if [[ "$model" != *"Raspberry Pi"* ]] && ! $any_computer; then
    fail "This computer must be a Raspberry Pi" "${model:-$machine, which does not say}" \
      "To install on it all the same, add --any-computer"
  fi
  is_pi=false
  [[ "$model" != *"Raspberry Pi"* ]] || is_pi=true
  printf '%s, %s, Python %s\n' "${model:-Not a Raspberry Pi}" "$name" "$version"
}

check_source() {
  local extra
  [[ -w "$SOURCE" ]] ||
    fail "The folder of donkeycar must be writable, because pip builds in it" "$SOURCE" \
      "Copy it into your home folder and run that copy"
  for extra in ${extras//,/ }; do
    grep -qF "\"$extra\":" "$SOURCE/setup.py" ||
      fail "\`--with\` must name an extra of setup.py" "$extra" \
        "donkeycar's docs name the extra that a camera needs, for example stream"
  done
}

# An earlier run with sudo leaves folders of root behind.
check_mine() {
  local folder="$1"
  while [[ ! -e "$folder" ]]; do folder="$(dirname -- "$folder")"; done
  [[ -w "$folder" ]] ||
    fail "The folder must be yours to write: $1" "$folder of $(stat -c %U -- "$folder")" \
      "Give it back: sudo chown -R $(id -un) '$folder'; or name another one (--env, --car)"
}

# fresh: to be made; ours: begun or made by this script; usable: made by somebody else.
check_environment() {
  local theirs=""
  environment_state=fresh
  check_mine "$environment"
  check_mine "$car"
  if [[ -e "$environment" ]]; then
    if [[ -e "$environment/.install-pi" ]]; then
      environment_state=ours
    elif [[ ! -d "$environment" ]] || { [[ ! -f "$environment/pyvenv.cfg" ]] &&
      [[ -n "$(ls -A -- "$environment")" ]]; }; then
      fail "\`--env\` must be a new folder or a Python environment" "$environment" \
        "Choose another one: --env ~/donkey-env"
    elif [[ -f "$environment/pyvenv.cfg" ]]; then
      environment_state=usable
      grep -qiE '^include-system-site-packages *= *true' "$environment/pyvenv.cfg" ||
        fail "The environment must see the system's packages, where picamera2 is" \
          "$environment, which does not" "Choose another one: --env ~/donkey-env"
      theirs="$("$environment/bin/python" -c 'from importlib.metadata import version
print(version("donkeycar"))' 2>/dev/null || true)"
      case "$theirs" in
        "" | 6.*) ;;
        *)
          fail "The environment must not be that of an older donkeycar, whose car would stop" \
            "donkeycar $theirs in $environment" "Choose another one: --env ~/donkey-env"
          ;;
      esac
    fi
  fi
}

check_clock() {
  (("$(date +%s)" >= EARLIEST_CLOCK_S)) ||
    fail "The clock must be right, because apt and pip check dates" "$(date -u +%F)" \
      "Connect the Pi to a network and wait a minute, or: sudo date -s '$(date -u +%Y)-12-31'"
}

room_mb() { # free MB where a folder is or would be
  local folder="$1"
  while [[ ! -d "$folder" ]]; do folder="$(dirname -- "$folder")"; done
  df -Pm -- "$folder" | awk 'NR == 2 { print $4 }'
}

check_room() { # folder, MB
  local free
  free="$(room_mb "$1")"
  ((free >= $2)) ||
    fail "There must be $2 MB free for $1" "$free MB" \
      "Delete recordings or packages (sudo apt-get clean), or use a larger card"
}

check_network() {
  local index="${PIP_INDEX_URL:-https://pypi.org/simple/}"
  "$PYTHON" - "$index" <<'END' 2>/dev/null ||
import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(urllib.request.Request(sys.argv[1], method="HEAD"), timeout=20)
except urllib.error.HTTPError:
    pass  # an answer is an answer
END
    fail "The packages must be fetched from the network" "no answer from $index" \
      "Connect the Pi (sudo nmtui), try: ping pypi.org, and run the same again"
}

check_sudo() {
  command -v sudo >/dev/null ||
    fail "\`sudo\` must be installed" "no sudo" \
      "As root: apt-get install sudo && adduser $(id -un) sudo"
  $dry_run && return
  say "Some steps need sudo: apt, I2C, groups${1:+, $1}. It may ask for your password"
  sudo -v || fail "You must be allowed to use sudo" "$(id -un)" "As root: adduser $(id -un) sudo"
}

