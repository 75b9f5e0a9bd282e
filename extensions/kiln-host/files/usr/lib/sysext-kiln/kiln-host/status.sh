# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# kiln-host status, as text or as JSON. It changes nothing, and does not wait for a run.

# show_status [--json]: returns 1 if a person is needed.
show_status() {
	local format=text separator=''
	case ${1:-} in
	'') ;;
	--json) format=json ;;
	*) usage ;;
	esac
	read_clock
	read_boot
	read_architecture
	read_settings >/dev/null
	find_extensions
	[ "$format" = text ] || printf '{"extensions":['
	for extension in $extensions; do
		open_extension "$extension"
		inspect >/dev/null
		[ "$format" = text ] || printf '%s' "$separator"
		"show_$format"
		separator=,
	done
	find_set_aside >/dev/null
	report_opt_mount >/dev/null
	report_keys >/dev/null
	if [ "$format" = json ]; then
		printf '],"personNeeded":%s' "$([ -n "$person_needed" ] && echo true || echo false)"
		show_member ,concerns "$summary"
		printf '}\n'
	elif [ -n "$person_needed" ]; then
		printf 'A person is needed: %s\n' "$summary"
	fi
	[ -z "$person_needed" ]
}

# inspect: sets `merged` to the merged version, `unit_list` to the conditions of the services, and `on_disk`.
inspect() {
	local line file unit
	merged='' unit_list='' on_disk='' services='' asked=''
	[ ! -r "$RUN/asked/$name" ] || IFS= read -r asked <"$RUN/asked/$name"
	if [ -r "$R/usr/lib/sysext-kiln/$name/extension.conf" ]; then
		while IFS= read -r line || [ -n "$line" ]; do
			case $line in
			VERSION=*) merged=${line#*=} ;;
			SERVICES=*) services=${line#*=} ;;
			esac
		done <"$R/usr/lib/sysext-kiln/$name/extension.conf"
	elif [ -e "$R/usr/lib/extension-release.d/extension-release.$name" ]; then
		merged='a version that is not stated in it' services=$name.service
	fi
	for unit in $services; do
		condition_of "$unit"
		[ "$condition" = absent ] || unit_list="$unit_list${unit_list:+, }$unit $condition"
	done
	for file in "$images/$name"-*; do
		! has_image "${file##*/}" || on_disk="$on_disk${on_disk:+ }${file##*/}"
	done
	if [ "$state" = unknown ]; then image=$linked; fi
	describe_offer
	withdrawn_reason=''
	if is_withdrawn "$image"; then withdrawn_reason=$reason; fi
	find_concern
	[ -z "$concern" ] || alarm "$name: $concern"
}

show_text() {
	local entry
	printf '%s: %s%s\n' "$name" "$state" "${held:+, held}"
	show_line 'in use' "${image:-no image}"
	case $linked in
	"$image") ;;
	'?') show_line linked "elsewhere, so kiln-host leaves it alone" ;;
	*) show_line linked "$linked" ;;
	esac
	show_line merged "${merged:-nothing}"
	show_line services "$unit_list"
	show_line 'on disk' "$on_disk"
	show_line 'way back' "$previous"
	show_line withdrawn "$withdrawn_reason"
	show_line offered "$offer"
	show_line waits "${waiting_for:+$waiting_for since $waiting_since: $waiting_reason}"
	printf '%s' "$refused" | while IFS= read -r entry; do
		show_line refused "${entry%% *}: ${entry#* }"
	done
	show_line 'not fetched' "${fetch_failure:+since $fetch_failed_since: $fetch_failure}"
	show_line 'last asked' "$asked"
	show_line index "${index_created:+number $index_number of $(format_time "$index_created")${index_expires:+, valid until $(format_time "$index_expires")}}"
}

show_line() {
	[ -z "$2" ] || printf '  %-11s  %s\n' "$1" "$2"
}

show_json() {
	local entry separator=''
	printf '{'
	show_member name "$name"
	show_member ,state "$state"
	show_member ,inUse "$image"
	show_member ,linked "$linked"
	show_member ,merged "$merged"
	show_member ,services "$unit_list"
	show_member ,onDisk "$on_disk"
	show_member ,previous "$previous"
	show_member ,waitingFor "$waiting_for"
	show_member ,waitingSince "$waiting_since"
	show_member ,waitingReason "$waiting_reason"
	show_member ,fetchFailedSince "$fetch_failed_since"
	show_member ,fetchFailure "$fetch_failure"
	show_member ,lastSuccess "$asked"
	show_member ,offered "$offer"
	show_member ,withdrawn "$withdrawn_reason"
	show_member ,indexNumber "$index_number"
	show_member ,indexCreated "${index_created:+$(format_time "$index_created")}"
	show_member ,indexExpires "${index_expires:+$(format_time "$index_expires")}"
	show_member ,concern "$concern"
	printf ',"waitedSeconds":%s,"held":%s,"refused":[' "$waited" "$([ -n "$held" ] && echo true || echo false)"
	printf '%s' "$refused" | while IFS= read -r entry; do
		printf '%s{' "$separator"
		show_member image "${entry%% *}"
		show_member ,reason "${entry#* }"
		printf '}'
		separator=,
	done
	printf ']}'
}

# show_member [,]KEY TEXT: null if the text is empty.
show_member() {
	case $1 in
	,*) printf ',' ;;
	esac
	json_string "$2"
	[ -n "$2" ] || json=null
	printf '"%s":%s' "${1#,}" "$json"
}

# json_string TEXT: sets `json`. State files contain no control characters (`one_line`).
json_string() {
	local rest=$1 done=''
	while [ -n "$rest" ]; do
		case $rest in
		[\"\\]*) done="$done\\${rest%"${rest#?}"}" rest=${rest#?} ;;
		*[\"\\]*) done="$done${rest%%[\"\\]*}" rest=${rest#"${rest%%[\"\\]*}"} ;;
		*) done=$done$rest rest= ;;
		esac
	done
	json="\"$done\""
}
