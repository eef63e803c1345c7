#!/usr/bin/env bats
# tier: all
# kernels: case3
# more: case5
# boot: --memory 2G --device e1000e,addr=4,romfile= --device edu,addr=6
#
# Other programs beside the tool, on the same device: whatever they do to it, status, list and unbind say what is true, and the
# device comes back to its driver. QEMU does not take noiommu devices.

load guest

setup() {
	begin
}

teardown() {
	driverctl unset-override $nic 2>/dev/null || true
	tool unbind $nic >/dev/null 2>&1 || true
}

@test "dpdk-devbind.py shows a device that we bound, and unbind follows its unbind" {
	tool bind $nic
	dpdk-devbind.py --status-dev net | grep "$nic.*drv=vfio-pci"
	dpdk-devbind.py -u $nic
	run_tool list --all $nic
	[ -z "$(driver_of $nic)" ]
	run_tool unbind $nic
	status_is 0
	restored $nic e1000e
}

@test "a device that dpdk-devbind.py bound is listed, and unbind gives it to the kernel's driver" {
	dpdk-devbind.py -b vfio-pci $nic
	[[ $(tool list -nro ADDRESS,DRIVER $nic) = "$nic vfio-pci" ]]
	run_tool unbind $nic
	status_is 0
	restored $nic e1000e
}

# It does not clear the driver_override of others. Afterwards the device has no driver.
@test "dpdk-devbind.py cannot give back a device that we bound: status says how" {
	tool bind $nic
	run dpdk-devbind.py -b e1000e $nic
	[[ $output = *"Cannot bind to driver e1000e"* ]]
	[ -z "$(driver_of $nic)" ]
	run_tool status
	grep -q "$nic" <<<"$output"
	grep -q "vfionoiommu unbind $nic" <<<"$output"
	run_tool unbind $nic
	status_is 0
	restored $nic e1000e
}

@test "a device that driverctl bound is listed; unbind names its stored override" {
	driverctl set-override $nic vfio-pci
	[[ $(tool list -nro ADDRESS,DRIVER $nic) = "$nic vfio-pci" ]]
	run_tool unbind $nic
	status_is 0
	[ "$(driver_of $nic)" = e1000e ]
	complains "driverctl unset-override $nic"
}

@test "driverctl can take a device that we bound; unbind then restores it" {
	tool bind $nic
	driverctl --nosave unset-override $nic
	[ "$(driver_of $nic)" = e1000e ]
	run_tool unbind $nic
	status_is 0
	[ "$(driver_of $nic)" = e1000e ]
	[ "$(tool list -nro USE --all $nic)" = free ]
}

@test "a device that was given back and is in use now does not keep unbind --all from the others" {
	tool bind $nic $edu
	driverctl --nosave unset-override $nic
	hold /sys/bus/pci/devices/$nic/config write
	run_tool unbind --all
	end_holder
	status_is 0
	[ "$(driver_of $nic)" = e1000e ]
	[ -z "$(driver_of $edu)" ]
	[ -z "$(ls /run/vfionoiommu)" ]
}

@test "an override that was set after the device was given back is kept" {
	tool bind $nic
	driverctl --nosave unset-override $nic
	echo e1000e >/sys/bus/pci/devices/$nic/driver_override
	echo $nic >/sys/bus/pci/drivers_probe
	run_tool status
	not says "[device-interrupted]"
	tool bind --force $nic
	tool unbind $nic
	restored $nic e1000e e1000e
	echo >/sys/bus/pci/devices/$nic/driver_override
}

@test "QEMU does not take a noiommu device, and leaves it as it was" {
	tool bind $nic
	run timeout 60 qemu-system-x86_64 -nodefaults -display none -m 64 -S -device vfio-pci,host=$nic
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output = *"$nic: failed to open /dev/vfio/"* || $output = *"$nic: no iommu_group found"* ]]
	run_tool verify $nic
	status_is 0
}
