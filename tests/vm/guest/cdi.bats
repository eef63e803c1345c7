#!/usr/bin/env bats
# tier: all
# kernels: case3
# more: case1 case3-iommufd
#
# The CDI specification contains the bound devices, with their current nodes.

load guest

file=/run/cdi/vfionoiommu.json

setup() {
	begin
	rm -f $file
}

# All nodes of this machine in the file.
named() {
	jq -r '.devices[].containerEdits.deviceNodes[] | .hostPath // .path' $file | sort -u
}

@test "bind --cdi writes the specification with the nodes of the device" {
	run_tool bind --cdi $edu
	status_is 0
	says "containers: CDI specification updated"
	[ "$(named | grep noiommu)" = "$(nodes)" ]
	for node in $(named); do
		[ -c "$node" ]
	done
	diff $file <(tool cdi)
	[ "$(stat -c '%U %a' $file)" = "root 644" ]
}

@test "bind --cdi leaves a current specification unchanged, and says so" {
	tool bind --cdi $edu
	run_tool bind --cdi --json $edu
	status_is 0
	[ "$(jq .changed <<<"$output")" = false ]
	run_tool bind --cdi $edu
	says "containers: CDI specification already up to date"
}

@test "without --cdi, an existing specification is also updated" {
	tool bind --cdi $nic
	tool unbind $nic
	[ ! -e $file ]
	tool bind --cdi $nic
	run_tool bind $edu
	says "containers: CDI specification updated"
	diff $file <(tool cdi)
	tool unbind $nic $edu
	[ ! -e $file ]
}

@test "bind --persistent --cdi also writes the specification at the next boot" {
	tool bind --persistent --cdi $edu
	grep -x CDI=y /etc/vfionoiommu.d/$edu
	tool unbind $edu
	[ ! -e $file ]
	tool bind --stored
	diff $file <(tool cdi)
	tool unbind --persistent $edu
	[ ! -e /etc/vfionoiommu.d/$edu ]
}

@test "unbind --cdi removes devices that are unbound, and removes the file with the last one" {
	tool bind --cdi $nic $edu
	[ "$(jq -r '.devices[].name' $file | grep -cx "$nic\|$edu")" -eq 2 ]
	run_tool unbind --cdi $nic
	status_is 0
	says "containers: CDI specification updated"
	[ "$(named | grep noiommu)" = "$(nodes)" ]
	run_tool unbind --cdi $edu
	status_is 0
	says "containers: CDI specification removed: no noiommu device is bound"
	[ ! -e $file ]
	run_tool unbind --cdi $edu
	says "containers: no CDI specification: no noiommu device is bound"
}

@test "metrics counts bound devices and the taint" {
	tool bind $edu
	run_tool metrics
	status_is 0
	says "vfionoiommu_ready 1"
	says "vfionoiommu_devices 1"
	says "vfionoiommu_kernel_tainted_by_noiommu 1"
	says "address=\"$edu\""
	tool unbind $edu
}
