#!/usr/bin/env bats
# tier: all
# kernels: builtin case3
# boot: --append vfio.enable_unsafe_noiommu_mode=1
#
# With the parameter on the command line noiommu mode is enabled, whether vfio is built in or loaded, and status predicts it.

load guest

@test "status prints that the command line enables noiommu mode at the next boot" {
	modprobe vfio || true
	[ "$(mode)" = Y ]
	run_tool status
	status_is 0
	says "next boot enabled by /proc/cmdline"
	not says "[next-boot-differs]"
	run_tool enable --persistent
	status_is 0
	says "next boot: noiommu mode already enabled"
	[ ! -e /etc/modprobe.d/vfionoiommu.conf ]
}

@test "disable --persistent disables the mode now, and prints that the command line still enables it" {
	run_tool disable --persistent
	status_is 3
	[ "$(mode)" = N ]
	complains "/proc/cmdline" || complains "remove vfio.enable_unsafe_noiommu_mode=1 from"
}
