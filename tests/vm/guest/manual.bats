#!/usr/bin/env bats
# tier: all
# kernels: case3
#
# The five tasks in the examples of the man page: their commands are run exactly as printed, in order.

load guest

setup_file() {
	modprobe e1000e
	modprobe nvme
	udevadm settle
	# The installed name.
	mkdir "$BATS_FILE_TMPDIR/bin"
	ln -s "$VFIONOIOMMU" "$BATS_FILE_TMPDIR/bin/vfionoiommu"
	export PATH=$BATS_FILE_TMPDIR/bin:$PATH
}

# The commands of the n-th task: the lines between the n-th bold title and the next.
commands() { # N
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE ALSO/p' "$BATS_TEST_DIRNAME/../../../man/vfionoiommu.8" |
		awk -v task="$1" '/^\.Sy/ { n++ } n == task && sub(/^# /, "")' | sed 's/\\e/\\/g'
}

# Runs them; $typed is their output.
type_task() { # N
	local line
	typed=$(commands "$1" | grep -c .)
	[ "$typed" -gt 0 ]
	typed=
	while IFS= read -r line; do
		echo "# $line"
		typed+=$(bash -c "$line" 2>&1 </dev/null)$'\n'
	done <<<"$(commands "$1")"
}

printed() { # TEXT
	grep -qF -- "$1" <<<"$typed"
}

@test "task 1: a network card for DPDK" {
	type_task 1
	printed "$nic: would be bound to vfio-pci (now: e1000e)"
	printed "$nic: bound to vfio-pci (was: e1000e)"
	printed "$nic: opens through /dev/vfio/noiommu-0 and /dev/vfio/devices/noiommu-vfio0"
	printed "next boot: noiommu mode will be enabled"
	printed "$nic: persistent binding saved"
	[ "$(driver_of $nic)" = vfio-pci ]
}

@test "task 2: an NVMe disk for SPDK" {
	type_task 2
	printed "$nvme 1b36:0010 0108  nvme"
	printed "$nvme: bound to vfio-pci (was: nvme)"
	printed "$nvme: opens through"
	[ "$(driver_of $nvme)" = vfio-pci ]
}

@test "task 3: finding out why it does not work" {
	type_task 3
	printed "ready"
	printed "hint: vfionoiommu bind DEVICE"
	printed "group and cdev both work"
	printed "OVERRIDE"
	printed "already bound to vfio-pci"
	tar -tf /tmp/machine.tar | grep -q sys/bus/pci/devices
}

@test "task 4: a check in a deployment script" {
	type_task 4
	printed "/dev/vfio/noiommu-0 /dev/vfio/devices/noiommu-vfio0"
}

@test "task 5: unbinding everything" {
	type_task 5
	printed "$nic: unbound, driver e1000e restored"
	printed "$nvme: unbound, driver nvme restored"
	printed "$nic: persistent binding removed"
	printed "next boot: noiommu mode will be disabled"
	[ "$(driver_of $nic) $(driver_of $nvme)" = "e1000e nvme" ]
	[ -z "$(nodes)$(find /etc/vfionoiommu.d /etc/modprobe.d/vfionoiommu.conf /run/vfionoiommu -type f 2>/dev/null)" ]
}

@test "the man page has no other tasks" {
	[ -z "$(commands 6)" ]
}
