#!/usr/bin/env bats
# kernels: case3
#
# Runs in containers, which have their own /run, sysfs and processes, and runs of the host change devices one after the other.

load guest

setup() {
	begin
	modprobe vfio-pci
}

teardown() {
	printf 'status %s\n--- stdout\n%s\n--- stderr\n%s\n' "${status:-}" "${output:-}" "${stderr:-}"
	cat /tmp/slow.out || true
	unlock_folders
}

# Runs a command as in a container.
contained() { # COMMAND...
	# shellcheck disable=SC2016
	unshare --mount --net --pid --fork --mount-proc bash -c '
		mount -t tmpfs tmpfs /run && mount -t sysfs sysfs /sys && exec "$@"' bash "$@"
}

# Starts a bind of edu that lasts eight seconds, and waits until it changes the device. Its process is $slow.
start_slow() { # [contained]
	"$@" strace -f -qq -o /tmp/strace -e trace=write -e inject=write:delay_enter=8000000 \
		-P /sys/bus/pci/drivers/vfio-pci/bind "$VFIONOIOMMU" bind --force $edu >/tmp/slow.out 2>&1 3>&- &
	slow=$!
	wait_until 60 grep -qx vfio-pci /sys/bus/pci/devices/$edu/driver_override
}

end_slow() {
	wait $slow
	[ "$(driver_of $edu)" = vfio-pci ]
}

@test "a run waits for a run in a container, then names its process" {
	start_slow contained
	[ ! -e /run/vfionoiommu/$edu ]
	run_tool bind --wait 1 $nic
	status_is 1
	complains "waiting for another instance (pid "
	[ "$(driver_of $nic)" = e1000e ]
	end_slow
	echo $edu >/sys/bus/pci/drivers/vfio-pci/unbind
	echo >/sys/bus/pci/devices/$edu/driver_override
}

@test "on a terminal, a wait of more than a second is shown, and erased when it ends" {
	start_slow
	TERM=xterm script -qec "'$VFIONOIOMMU' bind --wait 3 $nic" /dev/null >"$BATS_TEST_TMPDIR/terminal" || true
	cat -v "$BATS_TEST_TMPDIR/terminal"
	grep -q $'\r\033\\[Kvfionoiommu: waiting for another instance (pid [0-9]*)\r\033\\[Kvfionoiommu: error: timed out' "$BATS_TEST_TMPDIR/terminal"
	end_slow
	tool unbind $edu
}

@test "a run in a container waits for a run outside" {
	start_slow
	run --separate-stderr contained "$VFIONOIOMMU" bind --force --wait 1 $nic
	status_is 1
	complains "waiting for another instance"
	[ "$(driver_of $nic)" = e1000e ]
	end_slow
	tool unbind $edu
}

# bats test_tags=slow
@test "a run does not act on what a process that was left behind has changed meanwhile" {
	tool unbind $nic
	disturbed write delay_enter=9000000 /sys/bus/pci/drivers/e1000e/unbind -- bind $nic >/tmp/slow.out 2>&1 3>&- &
	slow=$!
	wait_until 60 grep -qx vfio-pci /sys/bus/pci/devices/$nic/driver_override
	# The run ends; the process that it started waits in the kernel.
	kill -TERM "$(pgrep -x vfionoiommu | head -n 1)"
	wait_until 60 eval '[ ! -s /run/vfionoiommu.lock ] || flock --nonblock /run/vfionoiommu.lock true'
	# Makes its plan now, and locks the device when that process has ended.
	run --separate-stderr disturbed flock delay_enter=15000000 /sys/bus/pci/devices/$nic/remove \
		"$(realpath /sys/bus/pci/devices/$nic/remove)" -- unbind $nic
	status_is 1
	complains "another process changed its driver meanwhile"
	wait $slow || true
	[ "$(driver_of $nic)" = vfio-pci ]
	[ -e /run/vfionoiommu/$nic ]
	tool unbind $nic
	[ "$(driver_of $nic)" = e1000e ]
}

@test "a driver that comes between the look and the bind keeps the device" {
	echo $nic >/sys/bus/pci/drivers/e1000e/unbind
	(
		wait_until 60 [ -e /run/vfionoiommu/$nic ]
		echo $nic >/sys/bus/pci/drivers/e1000e/bind
	) 3>&- &
	run --separate-stderr disturbed write delay_enter=6000000 /sys/bus/pci/devices/$nic/driver_override -- bind $nic
	status_is 1
	complains "another process changed its driver meanwhile: retry; all changes were rolled back"
	restored $nic e1000e
}

@test "a run does not wait for an ordinary user, who can lock folders but not what the tool locks" {
	local file
	lock_folder /sys/bus/pci
	lock_folder /dev
	lock_folder /sys/bus/pci/devices/$nic
	tool bind --wait 1 $nic
	[ "$(driver_of $nic)" = vfio-pci ]
	tool unbind --wait 1 $nic
	[ "$(driver_of $nic)" = e1000e ]
	tool disable --wait 1
	tool enable --wait 1
	[ "$(stat -c '%U %a %h %s' /dev/vfionoiommu.lock)" = "root 600 1 0" ]
	for file in /run/vfionoiommu.lock /dev/vfionoiommu.lock /sys/bus/pci/drivers_probe /sys/bus/pci/devices/$nic/remove; do
		[ -e "$file" ]
		not "${as_user[@]}" flock --nonblock "$file" true
	done
}
