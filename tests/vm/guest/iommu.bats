#!/usr/bin/env bats
# kernels: case3
# boot: --append intel_iommu=on --qemu -machine --qemu kernel-irqchip=split --device intel-iommu --device e1000e,addr=4,romfile= --device edu,addr=6
#
# A machine with a real IOMMU (VT-d): bind refuses devices for noiommu in either mode, and the tool distinguishes ordinary
# VFIO devices from noiommu devices.

load guest

use() { # ADDRESS
	tool list -nro IOMMU,USE "$1"
}

# Binds by hand, like another tool.
bind_ordinarily() { # ADDRESS
	echo vfio-pci >"/sys/bus/pci/devices/$1/driver_override"
	echo "$1" >/sys/bus/pci/drivers/vfio-pci/bind
}

@test "list and status show the IOMMU, and that noiommu is impossible" {
	run_tool status --json
	jq -e '.host.iommu == true' <<<"$output"
	[ "$(use $edu)" = "yes impossible" ]
}

@test "bind is refused, whether noiommu mode is disabled or enabled" {
	run_tool bind --enable $edu
	status_is 3
	complains "$edu: the device has an IOMMU"
	complains "hint: vfionoiommu bind --allow-iommu $edu"
	complains "[device-has-iommu]"
	[ -z "$(driver_of $edu)" ]
	tool enable
	run_tool bind $edu
	status_is 3
	complains "[device-has-iommu]"
	run_tool status
	says "[noiommu-with-iommu]"
	[ -z "$(driver_of $edu)" ]
	[ "$(tainted)" -eq 0 ]
}

@test "list omits an ordinary VFIO device, even while noiommu mode is enabled" {
	modprobe vfio-pci
	bind_ordinarily $edu
	[ "$(use $edu)" = "yes vfio" ]
	run_tool list
	status_is 0
	[ -z "$output" ]
	run_tool list -nro GROUP,CDEV $edu
	[[ "$output" =~ ^/dev/vfio/[0-9]+\ /dev/vfio/devices/vfio[0-9]+$ ]]
	[ -z "$(nodes)" ]
	[ "$(tainted)" -eq 0 ]
}

@test "the nodes of an ordinary VFIO device select it, and unbind restores its driver" {
	for node in $(tool list -nro GROUP,CDEV $edu); do
		[ "$(tool list -nro ADDRESS "$node")" = $edu ]
	done
	run_tool unbind --all
	status_is 0
	[ "$(driver_of $edu)" = vfio-pci ]
	run_tool disable
	status_is 0
	run_tool unbind $edu
	status_is 0
	restored $edu ""
}

@test "bind --allow-iommu binds an ordinary VFIO device, without noiommu mode and without a taint" {
	run_tool bind --allow-iommu $edu
	status_is 0
	[ "${lines[0]}" = "$edu: bound to vfio-pci (was: no driver)" ]
	[ "$(use $edu)" = "yes vfio" ]
	[ -z "$(nodes)" ]
	[ "$(mode)" = N ]
	[ "$(tainted)" -eq 0 ]
	run_tool bind --allow-iommu $edu
	status_is 0
	[ "${lines[0]}" = "$edu: already bound to vfio-pci" ]
	run_tool unbind $edu
	status_is 0
	restored $edu ""
}

# bats test_tags=vtd,slow
@test "verify opens an ordinary VFIO device through its group and its cdev" {
	tool bind --allow-iommu $edu
	# The IOMMU of this machine does not remap interrupts: that EPERM is not the one of a missing capability.
	run_tool verify $edu
	status_is 1
	complains "[interrupts-not-remapped]"
	not complains "[capability-missing]"
	echo Y >/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts
	echo Y >/sys/module/iommufd/parameters/allow_unsafe_interrupts
	run_tool verify $edu
	status_is 0
	says "VFIO_GROUP_GET_DEVICE_FD"
	says "IOMMU_IOAS_MAP"
	not grep -q GET_PA <<<"$output"
	[[ "${lines[0]}" =~ ^$edu:\ opens\ through\ /dev/vfio/[0-9]+\ and\ /dev/vfio/devices/vfio[0-9]+$ ]]
	# QEMU takes it, too, through the group: it is running after some seconds.
	run_tool verify --for qemu $edu
	status_is 0
	[[ "${lines[0]}" =~ ^$edu:\ opens\ through\ /dev/vfio/[0-9]+$ ]]
	says "qemu: ready"
	run timeout 20 qemu-system-x86_64 -accel tcg -nodefaults -display none -S -m 16 -device vfio-pci,host=$edu
	status_is 124
	# Without CAP_IPC_LOCK it can lock only what the limit permits.
	run --separate-stderr capsh --drop=cap_ipc_lock -- -c "$VFIONOIOMMU verify --for qemu $edu"
	status_is 0
	complains "[client-memory-limit]"
	tool unbind $edu
}
