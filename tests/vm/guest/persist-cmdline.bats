#!/usr/bin/env bats
# kernels: builtin case3
# boot: --append vfio.enable_unsafe_noiommu_mode=1
#
# With the parameter on the command line the mode is on, built in or loaded, and status says that it will be.

load guest

@test "status says that the mode will be on at the next boot, by the command line" {
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

@test "disable --persistent switches it off now, and says that the command line is not ours" {
	run_tool disable --persistent
	status_is 3
	[ "$(mode)" = N ]
	complains "/proc/cmdline" || complains "remove vfio.enable_unsafe_noiommu_mode=1 from"
}
