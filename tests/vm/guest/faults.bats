#!/usr/bin/env bats
# tier: all
# kernels: case3
# boot: --device virtio-rng-pci,addr=4 --device edu,addr=5 --device edu,addr=6 --device edu,addr=7 --device edu,addr=8 --device edu,addr=9 --device edu,addr=a --device edu,addr=b,multifunction=on --device edu,addr=b.1 --device edu,addr=c --device edu,addr=d --device edu,addr=e --device edu,addr=f --device edu,addr=10 --device edu,addr=11 --device edu,addr=12 --device edu,addr=13 --device edu,addr=14
#
# After a failed system call, at any point: either the bind succeeded, and unbind restores everything, or the device is
# unchanged; either the unbind succeeded, or the device is still bound, and can be unbound.

load guest

card=$nic
driver=virtio-pci

setup_file() {
	"$VFIONOIOMMU" enable
	modprobe vfio-pci
	modprobe iommufd
	# An existing override, which must not be lost if it cannot be read.
	echo $driver >/sys/bus/pci/devices/$card/driver_override
	"$VFIONOIOMMU" bind $card
	"$VFIONOIOMMU" unbind $card
}

teardown_file() {
	echo >/sys/bus/pci/devices/$card/driver_override
}

as_before() {
	restored $card $driver $driver
	[ -z "$(nodes)$(ls /run/vfionoiommu)" ]
}

is_bound() {
	[ "$(driver_of $card)" = vfio-pci ]
	[ "$(override_of $card)" = vfio-pci ]
	[ "$(nodes | wc -l)" -eq 2 ]
	[ -e /run/vfionoiommu/$card ]
}

# Makes the n-th of these system calls fail in a run of the tool; returns 1 if there are fewer. With only_path set, calls on
# other paths do not count.
run_failing() { # SYSCALLS ERROR N COMMAND...
	run --separate-stderr disturbed "$1" "error=$2:when=$3" ${only_path:+"$only_path"} -- "${@:4}"
	grep -q INJECTED /tmp/strace
}

# The run took effect: it succeeded, or only could not print its output.
took_effect() {
	[ "$status" -eq 0 ] || [[ "$stderr" == *"standard output: "* && "$stderr" != *"rolled back"* ]]
}

# strace counts the calls of each process: the first write of the parent is the message itself.
reported() { # SYSCALLS
	[ -n "$stderr" ] || [ "$1" = write ]
}

# A bind in which the n-th of these system calls fails; sets "none" if there are fewer. Do not call it in a condition, where
# the shell ignores failures of its checks.
bind_failing() { # SYSCALLS ERROR N
	as_before
	none=
	run_failing "$1" "$2" "$3" bind $card || none=yes
	echo "bind, $1 $3: status $status: $stderr"
	if took_effect; then
		is_bound
		tool unbind $card >/dev/null
	else
		failed=$((failed + 1))
		reported "$1"
	fi
	as_before
}

unbind_failing() { # SYSCALLS ERROR N
	is_bound
	none=
	run_failing "$1" "$2" "$3" unbind $card || none=yes
	echo "unbind, $1 $3: status $status: $stderr"
	if took_effect; then
		as_before
		tool bind $card >/dev/null
	else
		failed=$((failed + 1))
		reported "$1"
	fi
	is_bound
}

# Makes each of these system calls fail in turn, or every n-th of them, in a bind and in an unbind.
sweep() { # SYSCALLS ERROR [EVERY]
	local verb n failed=0
	for verb in bind unbind; do
		for ((n = 1; ; n += ${3:-1})); do
			[ "$verb" = bind ] || [ -n "$(nodes)" ] || tool bind $card >/dev/null
			${verb}_failing "$1" "$2" $n
			[ -z "$none" ] || break
		done
		status_is 0
	done
	tool unbind $card >/dev/null
	as_before
	[ "$failed" -gt 0 ]
}

@test "opening a file for writing fails" {
	local only_path
	for only_path in /run/vfionoiommu.lock \
		/sys/bus/pci/devices/$card/driver_override /sys/bus/pci/drivers/$driver/unbind \
		/sys/bus/pci/drivers/vfio-pci/bind; do
		echo "$only_path"
		bind_failing openat EACCES 1
		[ "$status" -ne 0 ]
	done
	tool bind $card
	for only_path in /run/vfionoiommu.lock /sys/bus/pci/devices/$card/driver_override \
		/sys/bus/pci/drivers/vfio-pci/unbind /sys/bus/pci/drivers/$driver/bind; do
		echo "$only_path"
		unbind_failing openat EACCES 1
		[ "$status" -ne 0 ]
	done
	tool unbind $card
}

@test "opening a file or directory fails" {
	sweep openat,openat2 EIO 20
}

@test "writing fails" {
	sweep write EIO
}

@test "reading fails" {
	sweep read,pread64 EIO 15
}

@test "reading a link fails" {
	sweep readlink,readlinkat EIO 5
}

@test "listing a directory fails" {
	sweep getdents64 EIO 5
}

@test "locking fails" {
	sweep flock ENOLCK
}

@test "saving the state fails" {
	sweep rename ENOSPC
	sweep fsync EIO
	sweep unlink EROFS
}

@test "creating the state directory fails" {
	rmdir /run/vfionoiommu
	run_failing mkdir ENOSPC 1 bind $card
	status_is 1
	complains "$card: could not write file /run/vfionoiommu/$card: No space left on device"
	mkdir -m 700 /run/vfionoiommu
	as_before
}

@test "loading a module fails" {
	local n
	for ((n = 1; ; n++)); do
		tool disable
		rmmod vfio_pci vfio_pci_core vfio_iommu_type1 vfio iommufd || true
		run_failing finit_module ENOMEM $n bind --enable $card || break
		[ "$status" -eq 0 ] || as_before
		[ "$status" -ne 0 ] || tool unbind $card
	done
	status_is 0
	[ "$n" -gt 3 ]
	tool unbind $card
	as_before
}

# /run is full, or read-only.
@test "bind fails cleanly without space in /run" {
	mount -t tmpfs -o size=4k,mode=700 tmpfs /run/vfionoiommu
	head -c 4096 /dev/zero >/run/vfionoiommu/.full || true
	run_tool bind $card
	umount /run/vfionoiommu
	status_is 1
	complains "$card: could not write file /run/vfionoiommu/$card: No space left on device"
	complains "nothing was changed by it"
	as_before
}

@test "bind fails cleanly with a read-only /run" {
	mount -t tmpfs -o ro tmpfs /run/vfionoiommu
	run_tool bind $card
	umount /run/vfionoiommu
	status_is 1
	complains "$card: could not write file /run/vfionoiommu/$card: Read-only file system"
	as_before
	mount --bind /run/vfionoiommu.lock /run/vfionoiommu.lock
	mount -o remount,bind,ro /run/vfionoiommu.lock
	run_tool bind $card
	umount /run/vfionoiommu.lock
	status_is 1
	complains "/run/vfionoiommu.lock: could not lock: Read-only file system"
	as_before
}
