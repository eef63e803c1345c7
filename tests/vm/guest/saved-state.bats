#!/usr/bin/env bats
# kernels: case3
#
# A saved state is believed only whole, and only for the device that it was saved for.

load guest

setup_file() {
	modprobe e1000e
}

setup() {
	begin
}

@test "a saved state is not believed for a device that was made anew" {
	tool bind $nic
	[ "$(driver_of $nic)" = vfio-pci ]
	cp /run/vfionoiommu/$nic /tmp/state
	tool unbind $nic
	echo 1 >/sys/bus/pci/devices/$nic/remove
	echo 1 >/sys/bus/pci/rescan
	udevadm settle
	tool bind --force $nic
	cp /tmp/state /run/vfionoiommu/$nic
	run_tool unbind $nic
	status_is 0
	complains "[memory-unusable]"
	[ "$(driver_of $nic)" = e1000e ]
	rm -f /run/vfionoiommu/$nic
}
