#!/usr/bin/env bats
# kernels: linux6.1
# boot: --append module.sig_enforce=1
# tier: all
#
# A kernel that loads only signed modules: those of this one's VFIO are not. At the end it loads none at all.

load guest

@test "bind says that the kernel refuses an unsigned module, and changes nothing" {
	run_tool bind --enable $nic
	status_is 1
	complains "noiommu mode: could not load module vfio: "
	complains "the kernel loads only modules signed with a key that it knows (Secure Boot, or module.sig_enforce)"
	restored $nic e1000e
}

@test "bind and status say that the kernel loads no more modules" {
	echo 1 >/proc/sys/kernel/modules_disabled
	run_tool bind --enable $nic
	status_is 3
	complains "vfio-pci cannot be loaded: /proc/sys/kernel/modules_disabled is 1 [module-blocked]"
	complains "hint: reboot, without the setting"
	run_tool enable
	status_is 3
	complains "vfio cannot be loaded: /proc/sys/kernel/modules_disabled is 1 [module-blocked]"
	run_tool status
	status_is 3
	grep -q "modules_disabled is 1" <<<"$output"
	[ "$(driver_of $nic)" = e1000e ]
}
