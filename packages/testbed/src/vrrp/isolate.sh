#!/bin/sh
# isolate.sh begin|end PORT ADDRESS: in the network of a bridge, drops everything from and to a port, or stops
# doing so right after an advertisement (protocol 112) to the port has been dropped. One that is sent to the
# ADDRESS of the machine itself is a request for its hardware address, once the sender has forgotten that.
set -eu
verb=$1 port=$2 address=$3
table="isolated_$port"

dropped() {
	nft list counter bridge "$table" advertisements | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

case $verb in
begin)
	nft --file - <<END
table bridge $table {
	counter advertisements { }
	chain forward {
		type filter hook forward priority 0
		oifname "$port" meta l4proto 112 counter name advertisements
		oifname "$port" arp operation request arp daddr ip $address counter name advertisements
		oifname "$port" drop
		iifname "$port" drop
	}
}
END
	;;
end)
	before=$(dropped)
	tries=0
	while [ "$(dropped)" = "$before" ]; do
		tries=$((tries + 1))
		if [ "$tries" -gt 500 ]; then
			echo "isolate.sh: expected an advertisement to $port, found none" >&2
			exit 1
		fi
		sleep 0.01
	done
	nft delete table bridge "$table"
	;;
esac
