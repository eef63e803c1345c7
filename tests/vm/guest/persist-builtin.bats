#!/usr/bin/env bats
# tier: all
# kernels: builtin
#
# A built-in vfio gets its mode only from the kernel command line: the tool prints how to set it, and edits nothing.

load guest

@test "enable --persistent prints the parameter, and where this distribution sets it" {
	mkdir -p /etc/default
	echo 'GRUB_CMDLINE_LINUX=""' >/etc/default/grub
	printf '#!/bin/sh\n' >/usr/sbin/update-grub
	before=$(ls -R /etc | md5sum)
	run_tool enable --persistent
	status_is 3
	[ "$(mode)" = Y ]
	complains "only vfio.enable_unsafe_noiommu_mode on the kernel command line sets noiommu mode at the next boot [next-boot-parameter]"
	complains "hint: add vfio.enable_unsafe_noiommu_mode=1 to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub"
	[ "$(ls -R /etc | md5sum)" = "$before" ]
	[ "$(cat /etc/default/grub)" = 'GRUB_CMDLINE_LINUX=""' ]
	run_tool status
	says "next boot disabled by default"
	says "[next-boot-differs]"
}
