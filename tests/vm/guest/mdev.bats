#!/usr/bin/env bats
# tier: all
# kernels: case3
#
# An emulated VFIO device (the kernel's sample mtty) gets a group named vfio-noiommu, like a noiommu device, but is not a
# noiommu device.

load guest

uuid=83b8f4f2-509f-382f-3c1e-e6bfe0fa1001

setup_file() {
	tainted >/run/mdev-tainted
	modprobe mtty
	echo $uuid >/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1/create
}

@test "the group of an emulated device is named vfio-noiommu, and its nodes have ordinary names" {
	group=$(basename "$(readlink /sys/bus/mdev/devices/$uuid/iommu_group)")
	[ "$(cat "/sys/kernel/iommu_groups/$group/name")" = vfio-noiommu ]
	[ -c "/dev/vfio/$group" ]
	[ -z "$(nodes)" ]
	[ "$(tainted)" = "$(</run/mdev-tainted)" ]
}

@test "an emulated device is not listed as a noiommu device, and its group is not an IOMMU group" {
	run_tool list --json
	jq -e '.devices == []' <<<"$output"
	run_tool status --json
	jq -e '.host.iommu == false and .devices == []' <<<"$output"
	run_tool list /dev/vfio/0
	status_is 1
	complains "/dev/vfio/0: "
}

@test "a noiommu device next to it is listed, because its node has the prefix noiommu-" {
	tool bind --enable $edu
	run_tool list --json
	jq -e '[.devices[].address] == ["'$edu'"] and .devices[0].group.noiommu' <<<"$output"
	[ "$(nodes | wc -l)" -eq 2 ]
}

@test "unbind --all and disable ignore an emulated device" {
	tool unbind --all
	run_tool disable
	status_is 0
	[ -e /sys/bus/mdev/devices/$uuid/vfio-dev ]
}
