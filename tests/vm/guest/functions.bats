#!/usr/bin/env bats
# tier: all
# kernels: case3
# boot: --disk disk --disk vdisk --disk pf --device e1000e,addr=4,romfile= --device edu,addr=6 --device nvme,addr=7,serial=one,drive=disk --device virtio-blk-pci,addr=8,drive=vdisk --device pcie-root-port,addr=9,id=port0 --device nvme-subsys,id=subsys --device nvme,addr=a,serial=two,subsys=subsys,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2 --device e1000e,addr=b.0,multifunction=on,romfile= --device edu,addr=b.1
#
# The remedy for a physical function with virtual ones works, and does not hang while one of them is in use.

load guest

pf=0000:00:0a.0

setup_file() {
	modprobe nvme
	udevadm settle
}

setup() {
	tool enable
	echo 0 >/sys/bus/pci/devices/$pf/sriov_drivers_autoprobe
	echo 2 >/sys/bus/pci/devices/$pf/sriov_numvfs
	first=$(basename "$(readlink /sys/bus/pci/devices/$pf/virtfn0)")
	second=$(basename "$(readlink /sys/bus/pci/devices/$pf/virtfn1)")
}

teardown() {
	unlock_folders
	tool unbind --all
	echo 0 >/sys/bus/pci/devices/$pf/sriov_numvfs
	echo 1 >/sys/bus/pci/devices/$pf/sriov_drivers_autoprobe
}

@test "bind of a physical function names its virtual functions and their users; the remedy ends their use first" {
	tool bind "$first"
	hold "$(nodes | head -n 1)"
	run_tool bind $pf
	status_is 3
	complains "enabled (2: $first bound to vfio-pci ("
	complains "in use by process $holder (sleep)), $second without a driver)"
	complains "hint: stop process $holder (sleep); then vfionoiommu unbind $first && echo 0 > /sys/bus/pci/devices/$pf/sriov_numvfs"
	# The rest of the hint as it is typed while the function is in use: it ends, and disables nothing.
	run bash -c "export PATH=${VFIONOIOMMU%/*}:\$PATH; $(sed -n 's/.*hint: .*; then //p' <<<"$stderr")"
	[ "$status" -eq 3 ]
	[ "$(cat /sys/bus/pci/devices/$pf/sriov_numvfs)" = 2 ]
	end_holder
}

@test "the remedy disables the virtual functions" {
	local remedy
	tool bind "$first"
	run_tool bind $pf
	status_is 3
	remedy=$(sed -n 's/.*hint: //p' <<<"$stderr")
	[ "$remedy" = "vfionoiommu unbind $first && echo 0 > /sys/bus/pci/devices/$pf/sriov_numvfs" ]
	PATH=${VFIONOIOMMU%/*}:$PATH bash -c "$remedy"
	[ "$(cat /sys/bus/pci/devices/$pf/sriov_numvfs)" = 0 ]
}

@test "bind of a virtual function does not wait for an ordinary user, who can lock its folder" {
	lock_folder "/sys/bus/pci/devices/$first"
	[ ! -e "/sys/bus/pci/devices/$first/remove" ]
	tool bind "$first"
	tool unbind "$first"
	not "${as_user[@]}" flock --nonblock "/sys/bus/pci/devices/$first/reset" true
}

@test "a virtual function has a persistent binding like any device" {
	run_tool bind --persistent "$first"
	status_is 0
	says "$first: persistent binding saved"
	tool unbind "$first"
	tool bind --stored "$first"
	[ "$(driver_of "$first")" = vfio-pci ]
	tool unbind --persistent "$first"
}

@test "virtual functions have no sibling notes" {
	run_tool bind "$first"
	status_is 0
	not grep -q sibling-unbound <<<"$stderr"
}

@test "unbind of a physical function that enabled virtual ones is refused, and names their users" {
	echo 0 >/sys/bus/pci/devices/$pf/sriov_numvfs
	tool bind $pf
	echo 1 >/sys/module/vfio_pci/parameters/enable_sriov
	echo 1 >/sys/bus/pci/devices/$pf/sriov_numvfs
	first=$(basename "$(readlink /sys/bus/pci/devices/$pf/virtfn0)")
	tool bind "$first"
	hold "$(tool list -nro GROUP "$first")"
	run_tool unbind $pf
	status_is 3
	complains "$pf: the device has virtual functions enabled (1: $first bound to vfio-pci ("
	complains "in use by process $holder (sleep))): the kernel removes them with the driver, and waits for their users [device-held]"
	complains "hint: stop process $holder (sleep); then vfionoiommu unbind $first && echo 0 > /sys/bus/pci/devices/$pf/sriov_numvfs"
	[ "$(driver_of $pf)" = vfio-pci ]
	end_holder
	tool unbind "$first"
	echo 0 >/sys/bus/pci/devices/$pf/sriov_numvfs
	tool unbind $pf
	[ "$(driver_of $pf)" = nvme ]
	echo 0 >/sys/module/vfio_pci/parameters/enable_sriov
}
