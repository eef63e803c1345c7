# What the bats files inside the guest share: the machine's state, read without the tool.
load ../../helper

nic=0000:00:04.0
edu=0000:00:06.0

driver_of() { # ADDRESS
	[ -L "/sys/bus/pci/devices/$1/driver" ] && basename "$(readlink "/sys/bus/pci/devices/$1/driver")"
	return 0
}

override_of() { # ADDRESS
	cat "/sys/bus/pci/devices/$1/driver_override"
}

mode() {
	cat /sys/module/vfio/parameters/enable_unsafe_noiommu_mode
}

tainted() {
	cat /proc/sys/kernel/tainted
}

nodes() {
	find /dev/vfio -name 'noiommu-*' 2>/dev/null | sort
}

# All that a bind may change, in one text: compare it before and after.
machine() {
	local address
	for address in "$nic" "$edu"; do
		echo "$address driver=$(driver_of "$address") override=$(override_of "$address")"
	done
	echo "nodes: $(nodes)"
	echo "state: $(ls /run/vfionoiommu 2>/dev/null)"
}

# The nic on its driver, edu on none, nothing remembered, the mode on: where most tests start.
begin() {
	modprobe e1000e
	tool enable >/dev/null
	tool unbind "$nic" "$edu" >/dev/null
	[ "$(driver_of "$nic")" = e1000e ]
	[ -z "$(driver_of "$edu")" ]
	[ -z "$(nodes)" ]
}
