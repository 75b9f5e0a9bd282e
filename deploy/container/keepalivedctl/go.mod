module sysext-kiln/keepalivedctl

go 1.24
