#!/bin/sh
# Writes the exported variables, and the URLs derived from them, to exported.env: kustomize 5 does not read
# the environment.
set -eu

: "${PROVISIONING_IP:?expected it to be exported: the address of Ironic}"
: "${PROVISIONING_CIDR:?expected it to be exported: the prefix length, such as 24}"
: "${PROVISIONING_INTERFACE:?expected it to be exported: the interface on the provisioning network}"
# The one of Metal3's development environment would be in another network, or of another family.
: "${DHCP_RANGE:?expected it to be exported: the first and the last address for machines in that network, such as 172.22.0.10,172.22.0.100}"

case $PROVISIONING_IP in
*:*) host="[$PROVISIONING_IP]" ;;
*) host=$PROVISIONING_IP ;;
esac

folder=$(dirname -- "$0")
cat >"$folder/.exported.env.part" <<END
PROVISIONING_IP=$PROVISIONING_IP
PROVISIONING_CIDR=$PROVISIONING_CIDR
PROVISIONING_INTERFACE=$PROVISIONING_INTERFACE
DHCP_RANGE=$DHCP_RANGE
IRONIC_ENDPOINT=${IRONIC_ENDPOINT:-http://$host:6385/v1/}
DEPLOY_KERNEL_URL=${DEPLOY_KERNEL_URL:-http://$host:6180/images/ironic-python-agent.kernel}
DEPLOY_RAMDISK_URL=${DEPLOY_RAMDISK_URL:-http://$host:6180/images/ironic-python-agent.initramfs}
${CACHEURL:+CACHEURL=$CACHEURL}
${KEEPALIVED_VIRTUAL_IPS:+KEEPALIVED_VIRTUAL_IPS=$KEEPALIVED_VIRTUAL_IPS}
END
mv -- "$folder/.exported.env.part" "$folder/exported.env"
