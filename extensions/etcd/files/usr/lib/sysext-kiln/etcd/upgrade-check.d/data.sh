# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# What this member has stored: its v2 store, and the snapshot that is taken before it moves to another series.

# find_data: sets `data`, its data folder, and `wal`, its log. A member that has never run has nothing to lose; whether it has
# is only known if prepare-data finds its folder, too.
find_data() {
	data=$(setting ETCD_DATA_DIR)
	data=${data:-/var/lib/etcd}
	wal=$(setting ETCD_WAL_DIR)
	wal=${wal:-$data/member/wal}
	[ ! -d "$data/member" ] || return 0
	if [ ! -s "$data_record" ]; then
		if [ -z "$(setting ETCD_CONFIG_FILE)" ] && ! grep -q -e '^ActiveState=active$' -e '^LoadState=not-found$' "$work/unit"; then exit 0; fi
		refuse data "$data/member does not exist, and nothing shows that this member has never run" \
			"Correct the data folder in its settings, or mount the disk that has it"
		exit 1
	fi
	refuse data "$data/member does not exist, but this member has had data in $(cat "$data_record")" \
		"Mount the disk that has it, or restore it"
	exit 1
}

# check_v2_store: 3.6 does not start with keys in the v2 store. etcdutl takes a snapshot that etcd is still writing
# for damaged and renames it, so it gets copies. From 3.5.32 on it also reads the log.
check_v2_store() {
	local answer
	# With this, 3.6 starts, and the operator has decided to lose them.
	[ "$(setting ETCD_V2_DEPRECATION)" != write-only-skip-check ] || return 0
	mkdir -p "$work/data/member/snap"
	find "$data/member/snap" -maxdepth 1 -name '*.snap' -exec cp -- {} "$work/data/member/snap" \;
	ln -s "$wal" "$work/data/member/wal"
	answer=$(etcdutl check v2store --data-dir "$work/data" 2>"$work/error") || answer=$(last_error)
	case $answer in
	*[Nn]'o custom content found'*) ;;
	*'detected custom '*)
		refuse "v2 store" "etcdutl check v2store: ${answer#Error: }" \
			"Migrate or remove it (https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/#v2-store): etcd 3.6 cannot read it"
		;;
	*) refuse "v2 store" "etcdutl check v2store failed: ${answer#Error: }" "Update this member to the newest 3.5, which has that command" ;;
	esac
}

# check_log: 3.7 ends with a panic ("unmarshal should never fail") when its log has entries in the form of the v2 store,
# in which members of 3.5 announced their attributes. It reads the log from the newest *.snap on; if that was written when
# all members ran 3.6, it says so. Observed with 3.5.35, 3.6.16 and 3.7.3.
check_log() {
	local newest
	newest=$(find "$data/member/snap" -maxdepth 1 -name '*.snap' | sort | tail -n 1)
	if [ -n "$newest" ] && grep -a -q '"/0/version"[^}]*"3\.6\.0"' "$newest"; then return; fi
	grep -a -q '/0/members/[0-9a-f]*/attributes' "$wal"/*.wal || return 0
	refuse log "$wal has entries that etcd 3.5 wrote, which 3.7 cannot read" \
		"Restart etcd on one host after the other, which then writes a snapshot of its log: systemctl restart etcd.service"
}

# has_recent_snapshot: whether one was taken for this version within a day. A host that waits for its reboot asks in
# every run.
has_recent_snapshot() {
	[ -n "$(find "$snapshots/" -maxdepth 1 -name "*-before-$to_version.db" -mmin -1440 2>/dev/null)" ]
}

# take_snapshot FROM: writes and verifies $snapshots/new.db. Only root can read it.
take_snapshot() {
	local endpoint size free
	umask 077
	endpoint=$(snapshot_endpoint) || {
		refuse snapshot "$connection_settings names several endpoints, and none of the members has this one's ETCD_NAME" \
			"Name only this member's endpoint there"
		return
	}
	snapshot=$snapshots/$(date -u +%Y%m%dT%H%M%SZ)-$1-before-$to_version.db
	if ! { mkdir -p "$snapshots" && remove_snapshots 1; } 2>"$work/error"; then
		refuse snapshot "$snapshots cannot be used: $(last_error)" "Repair it, or make it a link to another folder"
		return
	fi
	# A full disk may be the one that etcd writes to, so a part of it stays free.
	size=$(query ETCDCTL_ENDPOINTS="$endpoint" etcdctl endpoint status --write-out=json | sed -n 's/.*"dbSize":\([0-9]*\).*/\1/p')
	free=$(df --output=avail -B1 -- "$snapshots" | tail -n 1)
	if [ "$((free))" -lt $((${size:-0} * 2 + 268435456)) ]; then
		refuse snapshot "$snapshots has $((free / 1048576)) MiB left, and needs $((${size:-0} * 2 / 1048576 + 256))" \
			"Make room, or make it a link to a folder on another disk"
		return
	fi
	if ! query ETCDCTL_ENDPOINTS="$endpoint" etcdctl snapshot save "$snapshots/new.db" >/dev/null; then
		refuse snapshot "etcdctl snapshot save failed: $(last_error)" "Repair the reason; with authentication, it needs the role root"
	elif ! verify_snapshot "$snapshots/new.db"; then
		refuse snapshot "the snapshot of $endpoint is damaged: $(last_error)" "Look for a failing disk, and compare the members: etcdctl endpoint hashkv --cluster"
	fi
	[ -z "$refused" ] || rm -f "$snapshots"/new.db*
}

# verify_snapshot FILE: etcdutl checks the structure. The last 32 bytes are the SHA-256 digest of the others, which it
# only checks when it restores.
verify_snapshot() {
	local digest expected
	digest=$(head -c -32 -- "$1" | sha256sum)
	expected=$(tail -c 32 -- "$1" | od -An -v -tx1 | tr -d ' \n')
	[ "${digest%% *}" = "$expected" ] || {
		echo "its digest is ${digest%% *}, and should be $expected" >"$work/error"
		return 1
	}
	etcdutl snapshot status "$1" >/dev/null 2>"$work/error"
}

# check_stored_members: 3.6 and newer take the members from what is in the snapshot. If that differs from what etcd
# shows, removed members would come back, or voters would become learners.
check_stored_members() {
	local stored id kind IFS='
'
	stored=$(stored_members "$snapshots/new.db") || {
		refuse members "the members in the snapshot cannot be read" "Report this, with the versions of etcd"
		rm -f "$snapshots"/new.db*
		return
	}
	for entry in $stored; do
		id=${entry%% *} kind=${entry#* }
		case "
$members" in
		*"
$id, "*)
			[ "$kind" = voter ] ||
				refuse members "this member has $id stored as a learner, although it votes" "Restart etcd on this host with the newest $from, which corrects it; never on several hosts at once"
			;;
		*)
			refuse members "$id is a zombie: this member has it stored, but it is no member of the cluster" \
				"Restart etcd on this host with the newest $from, which removes it; never on several hosts at once"
			;;
		esac
	done
	for entry in $members; do
		id=${entry%%, *}
		case "
$stored" in
		*"
$id "*) ;;
		*) refuse members "this member does not have $id stored" "Restart etcd on this host with the newest $from" ;;
		esac
	done
	[ -z "$refused" ] || rm -f "$snapshots"/new.db*
}

# keep_snapshot: it is good, and gets its name.
keep_snapshot() {
	sync -- "$snapshots/new.db"
	mv -- "$snapshots/new.db" "$snapshot"
	sync -- "$snapshots"
	echo "snapshot: $snapshot"
}

# remove_snapshots COUNT: keeps the newest ones, and removes what an interrupted one has left.
remove_snapshots() {
	rm -f "$snapshots"/new.db*
	find "$snapshots/" -maxdepth 1 -name '*-before-*.db' | sort -r | tail -n "+$(($1 + 1))" | while IFS= read -r file; do
		rm -f -- "$file"
	done
}
