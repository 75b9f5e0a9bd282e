# shellcheck shell=sh
export ETCDCTL_ENDPOINTS=http://127.0.0.1:2379
