# shellcheck shell=bash disable=SC2154,SC2034
# Part of scripts/install-pi: what is there already, so that a step may be skipped.

is_installed() { [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

find_missing_packages() {
  local package
  missing=()
  wanted=(python3-venv python3-picamera2 i2c-tools rsync)
  # There is no wheel of lgpio for Python 3.13.
  [[ "$python_version" != 3.13 ]] || wanted+=(python3-lgpio)
  for package in "${wanted[@]}"; do
    if ! is_installed "$package"; then
      # Once apt has its lists, what is not in them would be looked for in every run.
      if in_apt "$package" || ! in_apt python3-venv; then
        missing+=("$package")
      else
        note_unavailable "$package"
      fi
    fi
  done
}

in_apt() { apt-cache show "$1" >/dev/null 2>&1; }

find_missing_groups() {
  local group mine
  missing_groups=()
  mine=" $(id -nG "$(id -un)") "
  for group in "${GROUPS_WANTED[@]}"; do
    if getent group "$group" >/dev/null && [[ "$mine" != *" $group "* ]]; then
      missing_groups+=("$group")
    fi
  done
}

boot_config() { # the file that the firmware reads; /boot/config.txt is only a notice since Bookworm
  local file
  for file in "$SYSTEM/boot/firmware/config.txt" "$SYSTEM/boot/config.txt"; do
    if [[ -f "$file" ]] && ! grep -q 'has moved to' "$file"; then
      printf '%s' "$file"
      return
    fi
  done
}

# "1 400000": whether I2C is on, and its rate in Hz, 0 if nobody wrote one. The last line counts.
i2c_in() {
  awk '
    BEGIN { everywhere = 1 }
    { gsub(/[[:space:]]/, "") }
    /^\[/ { everywhere = ($0 == "[all]") }
    everywhere && /^(dtparam|device_tree_param)=/ {
      sub(/^[^=]*=/, "")
      count = split($0, words, ",")
      for (i = 1; i <= count; i++) {
        if (words[i] ~ /^i2c(_arm|1)?(=(on|true|yes|1))?$/) on = 1
        else if (words[i] ~ /^i2c(_arm|1)?=/) on = 0
        else if (words[i] ~ /^i2c(_arm|1)?_baudrate=/) { sub(/.*=/, "", words[i]); rate = words[i] }
      }
    }
    END { print on + 0, rate + 0 }' "$1"
}

loads_i2c_dev() {
  grep -qsE '^[[:space:]]*i2c[-_]dev' "$SYSTEM/etc/modules" "$SYSTEM"/etc/modules-load.d/*.conf
}

is_i2c_ready() {
  local on rate
  [[ -z "$config" ]] && return
  read -r on rate < <(i2c_in "$config")
  [[ "$on" == 1 && "$rate" != 0 ]] && loads_i2c_dev
}

fingerprint() { # of what would be installed
  local files
  files="$(cd -- "$SOURCE" && find setup.py pyproject.toml donkeycar -type f \
    ! -path '*/__pycache__/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum)"
  printf '%s %s %s' "$python_version" "$extras" "${files%% *}"
}

is_complete() {
  [[ -f "$environment/.install-pi" && "$(<"$environment/.install-pi")" == "$(fingerprint)" ]] &&
    "$environment/bin/python" -c 'import donkeycar' 2>/dev/null
}

