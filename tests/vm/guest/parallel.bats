#!/usr/bin/env bats
# tier: all
# kernels: case3
# boot: --device virtio-rng-pci,addr=4 --device edu,addr=5 --device edu,addr=6 --device edu,addr=7 --device edu,addr=8 --device edu,addr=9 --device edu,addr=a --device edu,addr=b,multifunction=on --device edu,addr=b.1 --device edu,addr=c --device edu,addr=d --device edu,addr=e --device edu,addr=f --device edu,addr=10 --device edu,addr=11 --device edu,addr=12 --device edu,addr=13 --device edu,addr=14
#
# Devices are bound and unbound in parallel. strace simulates a slow device: it delays each of its writes by two seconds.

load guest

slots="0000:00:05.0 0000:00:06.0 0000:00:07.0 0000:00:08.0 0000:00:09.0 0000:00:0a.0 0000:00:0c.0"
first=0000:00:0b.0 second=0000:00:0b.1

setup() {
	tool enable
	modprobe vfio-pci
	modprobe iommufd
	tool unbind $slots $first $second >/dev/null
	[ -z "$(nodes)" ]
}

# A run with slow writes to the kernel's attributes; its time is in $seconds.
run_slow() { # COMMAND...
	local started=$SECONDS
	run --separate-stderr disturbed write delay_enter=2000000 /sys/bus/pci/drivers/vfio-pci/{bind,unbind} -- "$@"
	seconds=$((SECONDS - started))
	echo "$seconds s: $*"
}

@test "seven slow devices take as long to bind and unbind as one" {
	run_slow bind 0000:00:05.0
	status_is 0
	local alone=$seconds
	[ "$alone" -ge 2 ]
	run_slow unbind 0000:00:05.0
	status_is 0
	run_slow bind $slots
	status_is 0
	[ "$(nodes | wc -l)" -eq 14 ]
	# One after the other would take 14 seconds, besides the bind itself.
	[ "$seconds" -le $((alone + 7)) ]
	[ "$(grep -o '^0000:[^ ]*: bound' <<<"$output")" = "$(sed 's/$/: bound/' <<<"${slots// /$'\n'}")" ]
	run_slow unbind $slots
	status_is 0
	[ "$seconds" -le $((alone + 7)) ]
	[ -z "$(nodes)" ]
}

@test "functions of one slot are bound one after the other" {
	run_slow bind $first $second
	status_is 0
	[ "$seconds" -ge 4 ]
	[ "$(nodes | wc -l)" -eq 4 ]
	run_slow unbind --all
	status_is 0
	[ "$seconds" -ge 4 ]
	[ -z "$(nodes)" ]
}

@test "if one device fails, it is rolled back and the others are bound" {
	run --separate-stderr disturbed write error=EIO /sys/bus/pci/devices/0000:00:06.0/driver_override -- bind $slots
	status_is 1
	complains "0000:00:06.0: could not write vfio-pci to /sys/bus/pci/devices/0000:00:06.0/driver_override"
	complains "1 of 7 devices failed"
	restored 0000:00:06.0 ""
	[ "$(nodes | wc -l)" -eq 12 ]
	tool unbind --all
	[ -z "$(nodes)" ]
}

@test "a signal lets running binds finish, and starts no other" {
	disturbed write delay_enter=4000000 /sys/bus/pci/drivers/vfio-pci/bind -- bind 0000:00:05.0 $first $second >/tmp/out 2>/tmp/err 3>&- &
	wait_until 60 [ -e /run/vfionoiommu/0000:00:05.0 ]
	wait_until 60 [ -e /run/vfionoiommu/$first ]
	pkill -TERM -x vfionoiommu
	status=0
	wait $! || status=$?
	cat /tmp/out /tmp/err
	status_is 1
	[ "$(driver_of 0000:00:05.0) $(driver_of $first)" = "vfio-pci vfio-pci" ]
	grep -qx "vfionoiommu: error: $second: not started: interrupted by a signal" /tmp/err
	restored $second ""
}

@test "progress is shown on a terminal only" {
	local command="strace -f -qq -o /tmp/strace -e trace=write -e inject=write:delay_enter=3000000"
	command+=" -P /sys/bus/pci/drivers/vfio-pci/bind $VFIONOIOMMU bind"
	TERM=xterm run script -qec "$command 0000:00:05.0 $first $second" /dev/null
	says "2 of 3 devices done"
	# Progress is overwritten, and erased before the result.
	[[ "$output" == *"2 of 3 devices done"*$'\r\e[K'*"$second: bound to vfio-pci"* ]]
	tool unbind --all
	TERM=xterm run script -qec "$command --quiet 0000:00:05.0 $first" /dev/null
	not says "devices done"
	tool unbind --all
	TERM=dumb run script -qec "$command 0000:00:05.0 $first" /dev/null
	not says "devices done"
	tool unbind --all
	run_slow bind 0000:00:05.0 $first
	not complains "devices done"
}
