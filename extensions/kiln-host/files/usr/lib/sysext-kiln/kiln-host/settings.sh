# shellcheck shell=dash disable=SC2034 # other files use these variables
# Paths, and the settings of this host from /etc/sysext-kiln/host.conf.

# Tests run the program below another root.
R=${KILN_HOST_ROOT:-}
ETC=$R/etc/sysext-kiln
VAR=$R/var/lib/sysext-kiln
RUN=$R/run/sysext-kiln
LINKS=$R/etc/extensions

# read_settings: sets one variable for each key. A value that is not valid is reported, and the default
# applies.
read_settings() {
	MODE=live PROXY='' UNSIGNED=refused RING='' CLOCK=synchronised REPOSITORY=''
	INTERVAL_SECONDS='' SPREAD_SECONDS='' RETRY_SECONDS=600 RUN_SECONDS=7200 ALERT_SECONDS=86400
	[ ! -r "$ETC/host.conf" ] || read_lines <"$ETC/host.conf"
	# A canary must have run a new version for some time before the others take it.
	case $RING in
	canary) : "${INTERVAL_SECONDS:=3600}" "${SPREAD_SECONDS:=600}" ;;
	*) : "${INTERVAL_SECONDS:=21600}" "${SPREAD_SECONDS:=7200}" ;;
	esac
	# For the upgrade check of an image.
	upgrade_seconds=$((RUN_SECONDS / 4))
	[ "$upgrade_seconds" -le 1800 ] || upgrade_seconds=1800
}

read_lines() {
	local line key value
	while IFS= read -r line || [ -n "$line" ]; do
		key=${line%%=*} value=${line#*=}
		case $line in
		'' | '#'*) ;;
		MODE=live | MODE=reboot) MODE=$value ;;
		UNSIGNED=allowed | UNSIGNED=refused) UNSIGNED=$value ;;
		PROXY=*) PROXY=$value ;;
		RING= | RING=canary | RING=last) RING=$value ;;
		CLOCK=synchronised | CLOCK=trusted) CLOCK=$value ;;
		REPOSITORY=?*) REPOSITORY="$REPOSITORY${REPOSITORY:+ }$value" ;;
		INTERVAL_SECONDS=* | SPREAD_SECONDS=* | RETRY_SECONDS=* | RUN_SECONDS=* | ALERT_SECONDS=*)
			if is_number "$value"; then set_seconds "$key" "$value"; else bad_setting "$line"; fi
			;;
		*) bad_setting "$line" ;;
		esac
	done
}

set_seconds() {
	case $1 in
	INTERVAL_SECONDS) INTERVAL_SECONDS=$2 ;;
	SPREAD_SECONDS) SPREAD_SECONDS=$2 ;;
	RETRY_SECONDS) RETRY_SECONDS=$2 ;;
	RUN_SECONDS) RUN_SECONDS=$2 ;;
	ALERT_SECONDS) ALERT_SECONDS=$2 ;;
	esac
}

bad_setting() {
	alarm "/etc/sysext-kiln/host.conf: \"$1\" is not a valid setting, and is ignored"
}

# is_number TEXT: a decimal number that shell arithmetic reads as one ("010" would be octal).
is_number() {
	case $1 in
	'' | *[!0-9]* | 0?* | ???????????*) return 1 ;;
	esac
}
