#!/usr/bin/env bats
# tier: all
# kernels: case3
# more: linux6.1
# boot: --device virtio-rng-pci,addr=4 --device edu,addr=5 --device edu,addr=6 --device edu,addr=7 --device edu,addr=8
# limit: 600
#
# A device that the kernel does not release, a killed run, and output that nobody reads: no run waits for ever, and no plan is
# interrupted.

load guest

other=0000:00:07.0

setup() {
	tool enable >/dev/null
	modprobe vfio-pci
	modprobe iommufd || true
	tool unbind --all >/dev/null
}

teardown() {
	printf 'status %s\n--- stdout\n%s\n--- stderr\n%s\n' "${status:-}" "${output:-}" "${stderr:-}"
	pkill -KILL -f hold-device || true
}

# The processes of the tool.
runs() {
	pgrep -x vfionoiommu
}

is_unbound() {
	[ -z "$(driver_of $edu)" ] && [ -z "$(ls /run/vfionoiommu)" ] && [ -z "$(runs)" ]
}

# unbind --force of the held device times out; $stuck is the process that is left.
times_out() {
	SECONDS=0
	run_tool unbind --force --timeout 2 $edu
	[ "$SECONDS" -le 15 ]
	status_is 1
	complains "write $edu to /sys/bus/pci/drivers/vfio-pci/unbind timed out"
	[[ $stderr =~ process\ ([0-9]+)\ completes\ the\ command ]]
	stuck=${BASH_REMATCH[1]}
	runs | grep -qx "$stuck"
	[ "$(driver_of $edu)" != vfio-pci ]
}

@test "an unbind of a held device times out, and completes when the holder ends" {
	for how in "" map; do
		tool bind $edu
		# shellcheck disable=SC2086
		hold_device $edu $how
		times_out
		SECONDS=0
		run_tool status
		says "ready"
		run_tool list --all
		status_is 0
		says "$edu"
		# It may leave a process that reads the device.
		run_tool bind nosuch
		status_is 1
		tool bind $other
		# Most kernels do not tell which VFIO device the holder has open.
		tool unbind --force $other
		# The same device is refused at once, with the process that changes it.
		run_tool unbind --force $edu
		if [[ $(uname -r) == 6.1.* ]]; then
			# It cannot even read the device.
			status_is 3
			complains "uevent: Device or resource busy"
		else
			status_is 1
			complains "process $stuck is changing the device"
		fi
		[ "$SECONDS" -le 30 ]
		end_holder
		wait_until 30 is_unbound
		run_tool unbind $edu
		says "$edu: not bound to VFIO"
	done
}

@test "report does not wait for a device that is being unbound" {
	tool bind $edu
	hold_device $edu
	times_out
	SECONDS=0
	run timeout 30 "$VFIONOIOMMU" report "$BATS_TEST_TMPDIR/machine.tar"
	status_is 0
	[ "$SECONDS" -le 20 ]
	tar -tf "$BATS_TEST_TMPDIR/machine.tar" >/dev/null
	end_holder
	wait_until 30 is_unbound
}

@test "a signal ends a run at once, and its unbind completes later" {
	for signal in INT TERM HUP; do
		tool bind $edu
		hold_device $edu
		"$VFIONOIOMMU" unbind --force $edu >/dev/null 2>"$BATS_TEST_TMPDIR/error" 3>&- &
		local run=$!
		sleep 2
		SECONDS=0
		kill -$signal $run
		status=0
		wait $run || status=$?
		[ "$SECONDS" -le 2 ]
		[ "$status" -eq 1 ]
		grep -q "$edu: interrupted by a signal; process $(runs) completes the command: write $edu to" \
			"$BATS_TEST_TMPDIR/error"
		end_holder
		wait_until 30 is_unbound
	done
}

@test "the process that is left keeps no output of the run open" {
	tool bind $edu
	hold_device $edu
	SECONDS=0
	[[ "$("$VFIONOIOMMU" unbind --force --timeout 1 $edu 2>&1)" == *"timed out"* ]]
	[ "$SECONDS" -le 10 ]
	end_holder
	wait_until 30 is_unbound
}

@test "a killed run completes its bind, and holds up no other device" {
	disturbed write delay_enter=6000000 /sys/bus/pci/drivers/vfio-pci/bind -- bind --mode 0666 $edu >/dev/null 2>&1 3>&- &
	wait_until 20 [ -e /run/vfionoiommu/$edu ]
	kill -KILL "$(pgrep -o -x vfionoiommu)"
	tool bind --wait 1 $other
	run_tool unbind $edu
	status_is 1
	complains "process $(runs) is changing the device"
	wait $! || true
	[ "$(driver_of $edu)" = vfio-pci ]
	[ "$(nodes | xargs stat -c %a | sort -u)" = $'600\n666' ]
	tool unbind $edu $other
}

both_bound() {
	[ "$(driver_of $edu) $(driver_of $other)" = "vfio-pci vfio-pci" ]
}

# A pipe that nobody reads is descriptor 8.
fill_pipe() {
	mkfifo "$BATS_TEST_TMPDIR/full"
	exec 8<>"$BATS_TEST_TMPDIR/full"
	dd if=/dev/zero bs=4096 oflag=nonblock of=/dev/fd/8 2>/dev/null || true
}

@test "a run whose error nobody reads holds up no other run" {
	fill_pipe
	"$VFIONOIOMMU" bind nosuch >/dev/null 2>&8 3>&- &
	local run=$!
	sleep 2
	tool bind --wait 1 $edu
	kill $run
	wait $run || true
	exec 8>&-
}

@test "a bind whose step lines nobody reads succeeds, and holds up no other run" {
	fill_pipe
	"$VFIONOIOMMU" bind --verbose $edu $other >/dev/null 2>&8 3>&- &
	local run=$!
	wait_until 20 both_bound
	tool bind 0000:00:08.0
	# It waits for its reader, and a signal ends it.
	[ -d /proc/$run ]
	kill -INT $run
	wait $run || true
	exec 8>&-
	tool unbind --all
	[ -z "$(nodes)" ]
}
