# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# What etcd is started with: the variables, flags and configuration file of etcd.service, with an operator's drop-ins.

tab='	'

# read_settings: sets `settings` to lines "NAME=VALUE", a tab, and where it is set. A flag --enable-v2 and a key
# enable-v2 of a configuration file have the name of their variable, ETCD_ENABLE_V2. Later lines win.
read_settings() {
	local file config
	systemctl show --property=Environment,EnvironmentFiles,ExecStart,ActiveState,LoadState -- etcd.service >"$work/unit" 2>"$work/error" || {
		refuse settings "systemctl show etcd.service failed: $(last_error)" "Repair systemd first"
		exit 1
	}
	settings=$(
		sed -n 's/^Environment=//p' "$work/unit" | tr ' ' '\n' | variables "Environment= of etcd.service"
		sed -n 's/^EnvironmentFiles=\(.*\) (ignore_errors=.*/\1/p' "$work/unit" | while IFS= read -r file; do
			# shellcheck disable=SC2094 # it is only read
			[ ! -r "$file" ] || variables "$file" <"$file"
		done
		sed -n 's/^ExecStart=.*argv\[\]=\([^;]*\) ;.*/\1/p' "$work/unit" | tr ' ' '\n' | flags
	)
	config=$(setting ETCD_CONFIG_FILE)
	[ -z "$config" ] || settings="$settings
$(keys "$config")"
}

# setting NAME: prints its value; nothing if it is not set.
setting() {
	printf '%s\n' "$settings" | sed -n "s/^$1=\(.*\)$tab.*/\1/p" | tail -n 1
}

# variables SOURCE: of an environment file (systemd.exec(5)).
variables() {
	sed -n "s/^[[:space:]\"']*\(ETCD_[A-Z0-9_]*\)=[\"']*\([^\"']*\).*/\1=\2/p" | sed "s|[[:space:]]*\$|$tab$1|"
}

# flags: words of a command, one a line: "--name=value", "--name" and "value", or "--name" alone.
flags() {
	local word name=''
	{
		cat
		echo --
	} | while IFS= read -r word; do
		case $word in
		-*)
			[ -z "$name" ] || printf '%s=true%s\n' "$(variable_of "$name")" "${tab}ExecStart= of etcd.service"
			name=$(printf '%s' "$word" | sed 's/^--*//')
			case $name in
			*=*) printf '%s=%s%s\n' "$(variable_of "${name%%=*}")" "${name#*=}" "${tab}ExecStart= of etcd.service" && name='' ;;
			esac
			;;
		*)
			[ -z "$name" ] || printf '%s=%s%s\n' "$(variable_of "$name")" "$word" "${tab}ExecStart= of etcd.service"
			name=
			;;
		esac
	done
}

# keys FILE: of the first level of a YAML file, or of JSON, which is YAML, too.
keys() {
	local key value
	if grep -q '^[[:space:]]*{' "$1"; then tr -d ' \t' <"$1" | tr '{},' '\n'; else cat "$1"; fi |
		sed -n "s/^[\"']*\([a-z0-9-][a-z0-9-]*\)[\"']*[[:space:]]*:[[:space:]]*[\"']*\([^\"'#]*\).*/\1 \2/p" |
		while read -r key value; do
			printf '%s=%s%s\n' "$(variable_of "$key")" "$value" "$tab$1"
		done
}

# variable_of NAME: prints ETCD_ENABLE_V2 for enable-v2.
variable_of() {
	printf 'ETCD_%s' "$1" | tr a-z- A-Z_
}

# check_settings: whether the next series accepts each of them. etcd would not start with some; others, such as
# variables, it ignores without a failure, so that the member runs with other settings than before.
check_settings() {
	local entry IFS='
'
	for entry in $settings; do
		# etcd ignores empty variables, but not the name of an empty flag.
		case $entry in
		*="${tab}ExecStart= of etcd.service") ;;
		*="$tab"*) continue ;;
		esac
		case $to:$entry in
		3.6:ETCD_ENABLE_V2=* | 3.6:ETCD_EXPERIMENTAL_ENABLE_V2V3=* | 3.6:ETCD_PROXY=* | 3.6:ETCD_PROXY_*=* | \
			3.6:ETCD_V2_DEPRECATION=not-yet"$tab"* | 3.6:ETCD_DISCOVERY_FALLBACK=proxy"$tab"*)
			refuse settings "${entry#*"$tab"} sets ${entry%%"$tab"*}, which etcd 3.6 does not have" "Remove it, and restart etcd"
			;;
		3.7:ETCD_DISCOVERY=* | 3.7:ETCD_DISCOVERY_PROXY=*)
			refuse settings "${entry#*"$tab"} sets ${entry%%"$tab"*}, which etcd 3.7 does not have" \
				"Remove it: it only matters when a cluster is created"
			;;
		3.7:ETCD_EXPERIMENTAL_*=*)
			refuse settings "${entry#*"$tab"} sets ${entry%%"$tab"*}, which etcd 3.7 does not have" \
				"Set what replaces it in 3.6 (https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/), and restart etcd"
			;;
		esac
	done
}
