# shellcheck shell=dash disable=SC2034 # hooks use the variables
# How the hooks reach etcd. A copy of a hook in /etc/sysext-kiln/etcd needs a copy of this folder beside it.

# Names of the host's own files. Tests replace them.
connection_settings=/etc/profile.d/etcdctl.sh
member_settings=/etc/etcd/etcd.env

# read_connection: sets `connection`; fails if the settings are missing. The file is for people's shells and may do
# anything in them, so a shell of its own reads it, and only what is needed to reach etcd is used.
read_connection() {
	[ -r "$connection_settings" ] || return 1
	# shellcheck disable=SC2016 # for the inner shell to expand
	connection=$(env -i PATH="$PATH" sh -c 'trap "env >&3" EXIT; . "$0"' "$connection_settings" 3>&1 >/dev/null 2>&1 </dev/null |
		grep -E '^ETCDCTL_(ENDPOINTS|CACERT|CERT|KEY|USER|PASSWORD|INSECURE_TRANSPORT|INSECURE_SKIP_TLS_VERIFY)=') || true
}

# with_etcd [VARIABLE=VALUE] COMMAND...: everybody on the host can read the arguments of a program, so those of this one do not
# have the password.
with_etcd() {
	# shellcheck disable=SC2016 # for the inner shell to expand
	env -i PATH="$PATH" sh -c '
		while IFS= read -r variable; do [ -z "$variable" ] || export "$variable"; done <&3
		exec env "$@" 3<&-' sh "$@" 3<<END
$connection
END
}

# ask [VARIABLE=VALUE] COMMAND...: sets `answer` to what etcdctl prints; if it fails, with its warnings.
ask() {
	answer=$(with_etcd "$@" 2>&1) || return
	answer=$(printf '%s\n' "$answer" | sed '/^{"level":/d')
}

# error_in ANSWER: prints why etcdctl failed. The reason is in its last warning, or else in its last line.
error_in() {
	local reason
	reason=$(printf '%s\n' "$1" | sed -n 's/^{"level":.*"error":"\(.*\)"}$/\1/p' | tail -n 1)
	[ -n "$reason" ] || reason=$(printf '%s\n' "$1" | sed '/^$/d' | tail -n 1)
	printf '%s\n' "$reason" | sed 's/.* desc = //; s/\\"//g; s/^transport: //; s/^Error: //'
}

# own_endpoint NAME MEMBERS: prints the address of the member of this name in the output of "etcdctl member list"; fails
# unless it is the name of exactly one.
own_endpoint() {
	local found
	# "ID, started, NAME, PEER URLS, CLIENT URLS, IS LEARNER"
	found=$(printf '%s\n' "$2" | grep -F -- ", started, $1, " | sed 's/.*, \([^ ]*\), [a-z]*$/\1/')
	case $found in
	'' | *'
'*) return 1 ;;
	esac
	echo "${found%%,*}"
}

# has_several_endpoints: whether the settings still name several members.
has_several_endpoints() {
	case $(printf '%s\n' "$connection" | sed -n 's/^ETCDCTL_ENDPOINTS=//p' | tail -n 1) in
	*,*) ;;
	*) return 1 ;;
	esac
}

# use_own_endpoint: if the settings name several members, uses this one. If it is not known which one that is, all of
# them are used.
use_own_endpoint() {
	local name endpoint
	has_several_endpoints || return 0
	name=$(sed -n "s/^ETCD_NAME=[\"']*\([^\"' ]*\).*/\1/p" "$member_settings" 2>/dev/null | tail -n 1)
	if ask etcdctl member list && endpoint=$(own_endpoint "${name:-default}" "$answer"); then
		connection="$connection
ETCDCTL_ENDPOINTS=$endpoint"
	fi
}

# is_learner: whether this member is known to be one. A learner has no vote, and answers few requests: with a password,
# not even that for its status.
is_learner() {
	ask etcdctl endpoint status --write-out=json || :
	! has_several_endpoints || return 1
	case $answer in
	*'"isLearner":true'* | *'rpc not supported for learner'*) ;;
	*) return 1 ;;
	esac
}
