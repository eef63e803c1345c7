#!/usr/bin/env bats
# kernels: case3
#
# A device that another program left without a driver is found, and unbind binds it to the driver of the kernel.

load guest

pci=/sys/bus/pci

setup() {
	modprobe e1000e
	modprobe vfio-pci
	tool disable --force >/dev/null
	[ "$(driver_of $nic)" = e1000e ]
}

teardown() {
	echo "8086 10d3" >$pci/drivers/vfio-pci/remove_id || true
	tool unbind $nic $edu
	echo >$pci/devices/$nic/driver_override
	[ -n "$(driver_of $nic)" ] || echo $nic >$pci/drivers/e1000e/bind
	rm -rf /etc/driverctl.d
}

# As dpdk-devbind.py does it: without an IOMMU and with the mode off, the kernel refuses the bind.
devbind() {
	echo vfio-pci >$pci/devices/$nic/driver_override
	echo $nic >$pci/devices/$nic/driver/unbind
	! echo $nic >$pci/drivers/vfio-pci/bind
	[ -z "$(driver_of $nic)" ]
}

found() {
	run_tool status
	[[ $output == *"$nic: "*"[device-stranded]"*"vfionoiommu unbind $nic"* ]]
	run_tool list --all
	complains "[device-stranded]"
}

returns() {
	run_tool unbind $nic
	status_is 0
	restored $nic e1000e
	run_tool list --all
	[[ $stderr != *stranded* ]]
}

@test "unbind restores a device whose driver_override names vfio-pci" {
	devbind
	found
	returns
}

@test "unbind restores a device that an ID in new_id left without a driver" {
	echo $nic >$pci/drivers/e1000e/unbind
	echo "8086 10d3" >$pci/drivers/vfio-pci/new_id
	[ -z "$(driver_of $nic)" ]
	found
	returns
}

@test "unbind restores a device that vfio-pci would take again because of an ID in new_id" {
	tool enable
	echo $nic >$pci/drivers/e1000e/unbind
	echo "8086 10d3" >$pci/drivers/vfio-pci/new_id
	[ "$(driver_of $nic)" = vfio-pci ]
	returns
}

@test "unbind says that driverctl sets the override again" {
	devbind
	mkdir -p /etc/driverctl.d
	echo vfio-pci >/etc/driverctl.d/pci-$nic
	run_tool unbind $nic
	status_is 0
	complains "[override-stored]"
	[ "$(driver_of $nic)" = e1000e ]
}

@test "bind does not take what another program left for the state before: unbind restores the kernel's driver" {
	devbind
	run_tool bind --enable $nic
	status_is 0
	[ "$(driver_of $nic)" = vfio-pci ]
	[ -z "$(grep -s '^DRIVER.*vfio' /run/vfionoiommu/$nic)" ]
	returns
}

@test "bind --persistent does neither" {
	devbind
	tool enable
	run_tool bind --persistent $nic
	status_is 0
	[ -z "$(grep -s '^DRIVER.*vfio' /etc/vfionoiommu.d/$nic)" ]
	tool unbind --persistent $nic
	[ "$(driver_of $nic)" = e1000e ]
}

@test "a persistent binding of a device that another program bound leaves the driver to the kernel" {
	tool enable
	devbind || true
	echo $nic >$pci/drivers_probe
	[ "$(driver_of $nic)" = vfio-pci ]
	run_tool bind --persistent $nic
	status_is 0
	grep -qx "BY_KERNEL=y" /etc/vfionoiommu.d/$nic
	tool unbind $nic
	# As at boot.
	echo $nic >$pci/drivers/e1000e/unbind
	tool bind --stored $nic
	tool unbind --persistent $nic
	[ "$(driver_of $nic)" = e1000e ]
}

@test "bind restores the override of a device that has its own driver as unset, if that named vfio-pci" {
	tool enable
	echo vfio-pci >$pci/devices/$nic/driver_override
	tool bind --force $nic
	returns
}

@test "unbind leaves a device without a driver that has none on purpose" {
	tool enable
	run_tool bind $edu
	status_is 0
	run_tool unbind $edu
	run_tool unbind $edu
	status_is 0
	[ -z "$(driver_of $edu)" ]
	echo none >$pci/devices/$edu/driver_override
	run_tool unbind $edu
	[ "$(override_of $edu)" = none ]
	echo >$pci/devices/$edu/driver_override
}

@test "bind says which other devices loading vfio-pci binds, because of its parameter ids" {
	rmmod vfio_pci
	echo "options vfio-pci ids=1234:11e8" >/etc/modprobe.d/ids.conf
	run_tool bind --enable --dry-run $nic
	complains "echo '1234 11e8' > /sys/bus/pci/drivers/vfio-pci/remove_id; vfionoiommu unbind $edu"
	complains "$edu: loading vfio-pci binds this device, too: ids=1234:11e8 in /etc/modprobe.d/ids.conf [ids-bind-device]"
	run_tool bind --enable $nic
	rm /etc/modprobe.d/ids.conf
	status_is 0
	[ "$(driver_of $edu)" = vfio-pci ]
	echo '1234 11e8' >/sys/bus/pci/drivers/vfio-pci/remove_id
	run_tool unbind $edu
	status_is 0
	[ -z "$(driver_of $edu)" ]
}

@test "a device that was left when vfio-pci was unloaded is bound again" {
	tool bind --enable $nic
	rmmod vfio_pci
	[ -z "$(driver_of $nic)" ]
	run_tool bind $nic
	status_is 0
	says "$nic: restored after an interrupted run"
	says "$nic: bound to vfio-pci (was: e1000e)"
	run_tool unbind $nic
	status_is 0
	[ "$(driver_of $nic)" = e1000e ]
}
