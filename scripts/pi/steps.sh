# shellcheck shell=bash disable=SC2154,SC2034
# Part of scripts/install-pi: the steps, each of which says what it does before it does it.

note_unavailable() {
  case "$1" in
    python3-venv)
      fail "\`$1\` must be in the sources of apt" "no such package" \
        "Repair /etc/apt/sources.list.d, then: sudo apt-get update" ;;
    python3-lgpio) # only Raspberry Pi OS has it, not Debian
      note "python3-lgpio is not in the sources of apt: a servo board works, pins do not" ;;
    python3-picamera2)
      note "python3-picamera2 is not in the sources of apt: only USB cameras work" ;;
    *) note "$1 is not in the sources of apt; the car drives without it" ;;
  esac
}

install_packages() {
  local package
  step="the packages of the system"
  if ((!${#missing[@]})); then
    say "Packages of the system: all here that it has of ${wanted[*]}"
    return
  fi
  say "Packages of the system: installing ${missing[*]}"
  if [[ -n "$(dpkg --audit 2>/dev/null)" ]]; then
    note "an earlier installation was interrupted; finishing it first"
    run sudo dpkg --configure -a
  fi
  # A source that does not answer must not stop the others.
  run sudo apt-get -q update || note "apt could not renew all of its lists"
  local found=()
  for package in "${missing[@]}"; do
    if $dry_run || in_apt "$package"; then
      found+=("$package")
    else
      note_unavailable "$package"
    fi
  done
  ((!${#found[@]})) || run sudo env DEBIAN_FRONTEND=noninteractive apt-get -q install -y \
    --no-install-recommends -o DPkg::Lock::Timeout=300 "${found[@]}"
}

make_environment() {
  step="the Python environment"
  if is_complete; then
    say "Environment: donkeycar[$extras] is in $environment"
    return
  fi
  local again=()
  if [[ "$environment_state" == ours ]] && ! "$environment/bin/python" -c pass 2>/dev/null; then
    say "Environment: $environment does not work any more; making it anew, Python $python_version"
    again=(--clear)
  else
    say "Environment: $environment, with the packages of the system"
  fi
  if [[ "$environment_state" != usable ]]; then
    run "$PYTHON" -m venv --system-site-packages "${again[@]}" "$environment"
    $dry_run || printf 'unfinished' >"$environment/.install-pi"
  fi
  say "Environment: installing donkeycar[$extras], about 60 MB to fetch (minutes on a small Pi)"
  # What an earlier build left would be installed again, even if it has gone from the source.
  [[ ! -d "$SOURCE/build/lib/donkeycar" ]] || run rm -rf -- "$SOURCE/build"
  # /tmp is memory on Trixie: 209 MB on a Zero 2 W.
  run mkdir -p -- "$environment/tmp"
  run env -u PYTHONPATH -u PYTHONHOME PIP_USER=0 TMPDIR="$environment/tmp" \
    "$environment/bin/python" -m pip install --disable-pip-version-check --no-input \
    --only-binary=:all: --upgrade "${SOURCE}[$extras]"
  run rm -rf -- "$environment/tmp"
  [[ ! -d "$SOURCE/build/lib/donkeycar" ]] || run rm -rf -- "$SOURCE/build"
  $dry_run || fingerprint >"$environment/.install-pi"
}

switch_i2c_on() {
  local on rate lines=() draft
  step="I2C"
  if [[ -z "$config" ]]; then
    say "I2C: there is no /boot/firmware/config.txt here; nothing to switch on"
    return
  fi
  if is_i2c_ready; then
    read -r on rate < <(i2c_in "$config")
    say "I2C: on, at $rate Hz ($config)"
    ((rate == 400000)) || note "400000 is the rate that donkeycar was measured with"
    return
  fi
  say "I2C: switching it on at 400 kHz in $config"
  reboot_needed=true
  if command -v raspi-config >/dev/null; then
    # It also loads i2c-dev; that part fails without hardware, and is looked at below.
    run sudo raspi-config nonint do_i2c 0 || note "raspi-config could not switch it on by itself"
  fi
  read -r on rate < <(i2c_in "$config")
  [[ "$on" == 1 ]] || lines+=("dtparam=i2c_arm=on")
  [[ "$rate" != 0 ]] || lines+=("dtparam=i2c_arm_baudrate=400000")
  if ((${#lines[@]})); then
    draft="$(mktemp)"
    chmod 644 "$draft"
    # An empty dtoverlay ends the parameters of the last one: those that follow are the Pi's own.
    { cat -- "$config" && printf '\n[all]\n# donkeycar: the servo board\ndtoverlay=\n' &&
      printf '%s\n' "${lines[@]}"; } >"$draft"
    [[ -e "$config.before-donkeycar" ]] || run sudo cp -- "$config" "$config.before-donkeycar"
    # Written beside the old one and moved: a power cut leaves one of the two.
    run sudo cp -- "$draft" "$config.new"
    run sudo sync
    run sudo mv -- "$config.new" "$config"
    rm -f -- "$draft"
  fi
  if ! loads_i2c_dev; then
    run sudo mkdir -p "$SYSTEM/etc/modules-load.d"
    # shellcheck disable=SC2016 # the shell of sudo expands it
    run sudo sh -c 'echo i2c-dev >"$1"' sh "$SYSTEM/etc/modules-load.d/donkeycar.conf"
  fi
}

join_groups() {
  step="the groups"
  if ((!${#missing_groups[@]})); then
    say "Groups: $(id -un) is in all that this system has of: ${GROUPS_WANTED[*]}"
    return
  fi
  say "Groups: adding $(id -un) to ${missing_groups[*]}"
  run sudo usermod -aG "$(IFS=, && printf '%s' "${missing_groups[*]}")" "$(id -un)"
  login_needed=true
}

make_car() {
  step="the car"
  if [[ -e "$car/manage.py" ]]; then
    say "Car: $car is there, and stays as it is"
  else
    say "Car: making $car"
    run "$environment/bin/donkey" createcar --path "$car"
  fi
  if $service; then
    step="the service"
    say "Service: the car in $car starts at power-on"
    run sudo "$environment/bin/donkey" service install --path "$car"
  fi
}

look_at_camera() {
  step="the camera"
  { ! $dry_run && $is_pi && is_installed python3-picamera2; } || return 0
  local count
  count="$("$environment/bin/python" -c 'from picamera2 import Picamera2
print(len(Picamera2.global_camera_info()))' 2>/dev/null | tail -n 1 || true)"
  case "$count" in
    "") note "picamera2 does not load; donkey doctor says why" ;;
    0) note "no camera answers: push the ribbon in with the Pi switched off, or set CAMERA_TYPE \
for a USB camera; without one, set CAMERA_TYPE = \"MOCK\"" ;;
    *) say "Camera: $count found" ;;
  esac
}

finish() {
  if $dry_run; then
    say "Nothing was changed. To do it, leave out --dry-run"
    return
  fi
  say "Done"
  if $reboot_needed; then
    printf 'Restart once, for I2C and the groups: sudo reboot\n'
  elif $login_needed; then
    printf 'Log out and in once, for the groups\n'
  fi
  printf 'Then: . %q/bin/activate && cd %q && donkey doctor\n' "$environment" "$car"
}
