# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# The cluster as etcdctl shows it: its members, their versions, and their health.

# query [VARIABLE=VALUE] COMMAND...: the errors are in a file, for `last_error`.
query() {
	with_etcd "$@" 2>"$work/error"
}

# last_error: prints the last line that a failed program wrote, or what it says about a panic.
last_error() {
	grep -a -m 1 '^panic: ' "$work/error" || sed '/^$/d' "$work/error" | tail -n 1
}

# read_members: sets `members` to the lines of "etcdctl member list", and `endpoints` to their addresses for clients,
# separated by commas. No member may be one that does not vote.
read_members() {
	local member IFS='
'
	members=$(query etcdctl member list) || {
		refuse members "etcdctl member list failed: $(last_error)" "Repair etcd, or $connection_settings"
		exit 1
	}
	endpoints=
	for member in $members; do
		split_member "$member"
		if [ "$status" = unstarted ]; then
			refuse members "$id at $peers was added and has never started" "Start it, or run: etcdctl member remove $id"
		elif [ "$learner" = true ]; then
			refuse members "$name is a learner" "Run: etcdctl member promote $id; or remove it"
		fi
		endpoints=$endpoints${clients:+${endpoints:+,}$clients}
	done
}

# split_member LINE: sets the fields of "ID, started, NAME, PEER URLS, CLIENT URLS, IS LEARNER".
split_member() {
	local rest=$1
	id=${rest%%, *} rest=${rest#*, }
	status=${rest%%, *} rest=${rest#*, }
	name=${rest%%, *} rest=${rest#*, }
	peers=${rest%%, *} rest=${rest#*, }
	clients=${rest%%, *} learner=${rest#*, }
}

check_health() {
	local answer
	answer=$(query ETCDCTL_ENDPOINTS="$endpoints" etcdctl endpoint health) || {
		answer=$(grep -h unhealthy "$work/error" || last_error)
		refuse health "not every member is healthy: $(printf '%s' "$answer" | head -n 1)" "Repair it"
		exit 1
	}
}

# check_versions OLDEST: of each member; those that have moved already run the next series.
check_versions() {
	local answer member version line IFS='
'
	answer=$(query ETCDCTL_ENDPOINTS="$endpoints" etcdctl endpoint status) || {
		refuse versions "etcdctl endpoint status failed: $(last_error)" "Repair etcd"
		exit 1
	}
	for member in $members; do
		split_member "$member"
		# "ENDPOINT, ID, VERSION, ..."
		line=$(printf '%s\n' "$answer" | grep -m 1 -F ", $id, ") || {
			refuse versions "no endpoint of $name ($clients) answers for it" "Correct its ETCD_ADVERTISE_CLIENT_URLS"
			continue
		}
		version=${line#*, *, } version=${version%%, *}
		case $(series_of "$version") in
		"$to") ;;
		"$from")
			[ "$(patch_of "$version")" -ge "$(patch_of "$1")" ] ||
				refuse versions "$name runs $version" "Put its transfer back to $from and update it to $1 or newer: a move to $to from older versions is not safe"
			;;
		*) refuse versions "$name runs $version" "Let all members run $from, at $1 or newer, before one moves to $to" ;;
		esac
	done
}

# check_lists: every member must have the same list of members.
check_lists() {
	local endpoint list own IFS=,
	own=$(printf '%s\n' "$members" | sort)
	for endpoint in $endpoints; do
		list=$(query ETCDCTL_ENDPOINTS="$endpoint" etcdctl member list | sort)
		[ "$list" = "$own" ] ||
			refuse members "$endpoint lists other members: $(printf '%s' "$list" | tr '\n' ';')" \
				"Remove and add again the member whose list is wrong"
	done
}

# check_downgrade: whether "etcdctl downgrade enable" has made the data of every member usable by the older series.
check_downgrade() {
	local endpoint status IFS=,
	for endpoint in $endpoints; do
		status=$(query ETCDCTL_ENDPOINTS="$endpoint" etcdctl endpoint status --write-out=json) || {
			refuse downgrade "etcdctl endpoint status of $endpoint failed: $(last_error)" "Repair that member"
			continue
		}
		case $status in
		*"\"version\":\"$to."* | *"\"storageVersion\":\"$to."*) ;;
		*)
			refuse downgrade "the data of $endpoint cannot be used by $to" \
				"Run: etcdctl downgrade validate $to, then etcdctl downgrade enable $to"
			;;
		esac
	done
}

# snapshot_endpoint: prints the address of this member. If the settings name several, it is the member of this name.
snapshot_endpoint() {
	local own
	own=$(printf '%s\n' "$connection" | sed -n 's/^ETCDCTL_ENDPOINTS=//p')
	case ${own:-127.0.0.1:2379} in
	*,*)
		own=$(setting ETCD_NAME)
		own_endpoint "${own:-default}" "$members"
		;;
	*) echo "${own:-127.0.0.1:2379}" ;;
	esac
}
