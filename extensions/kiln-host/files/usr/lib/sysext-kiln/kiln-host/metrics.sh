# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# What monitoring reads: /run/sysext-kiln/metrics.prom, for the textfile collector of node_exporter.

# begin_metrics, end_metrics: the file is replaced atomically, so a reader never sees a part of it.
begin_metrics() {
	read_time
	metrics="# TYPE kiln_host_last_run_timestamp_seconds gauge
kiln_host_last_run_timestamp_seconds $today
"
}

end_metrics() {
	add_metric kiln_host_person_needed '' "$([ -n "$person_needed" ] && echo 1 || echo 0)"
	if ! { printf '%s' "$metrics" >"$RUN/metrics.prom.new" && command mv "$RUN/metrics.prom.new" "$RUN/metrics.prom"; }; then
		note "cannot write $RUN/metrics.prom"
	fi
}

# add_metric NAME LABELS VALUE
add_metric() {
	metrics="$metrics$1${2:+{$2\}} $3$newline"
}

# add_extension_metrics: about the current extension.
add_extension_metrics() {
	local label="extension=\"$name\"" entry count=0 withdrawn=0
	version_of "${image:-$linked}"
	add_metric kiln_host_extension_info "$label,version=\"$version\",state=\"$state\"" 1
	add_metric kiln_host_extension_waiting_seconds "$label" "$([ -n "$waiting_for" ] && echo "$waited" || echo 0)"
	add_metric kiln_host_extension_fetch_failed_seconds "$label" "$([ -n "$fetch_failure" ] && echo "$((fetch_failed + 1))" || echo 0)"
	while IFS= read -r entry; do
		[ -z "$entry" ] || count=$((count + 1))
	done <<END
$refused
END
	add_metric kiln_host_extension_refused_images "$label" "$count"
	if is_withdrawn "$image"; then withdrawn=1; fi
	add_metric kiln_host_extension_withdrawn "$label" "$withdrawn"
	add_metric kiln_host_extension_held "$label" "$([ -n "$held" ] && echo 1 || echo 0)"
	[ -n "$index_number" ] || return 0
	add_metric kiln_host_index_number "$label" "$index_number"
	[ -z "$index_created" ] || add_metric kiln_host_index_created_timestamp_seconds "$label" "$index_created"
	[ -z "$index_expires" ] || add_metric kiln_host_index_expires_timestamp_seconds "$label" "$index_expires"
}
