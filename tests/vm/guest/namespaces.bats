#!/usr/bin/env bats
# kernels: case3
#
# One lock for a machine, whatever its namespaces; and a saved state that is believed only for the device that it was saved for.

load guest

setup_file() {
	modprobe e1000e
}

setup() {
	begin
}

# Runs the command as in a container: with its own /run, /dev and /sys, and its own network namespace, if named.
contained() { # mount|network COMMAND...
	local flags=-m
	[ "$1" = mount ] || flags=-mn
	unshare $flags bash -c 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /dev && umount -l /sys && mount -t sysfs sysfs /sys && "$@"' - "${@:2}"
}

@test "a run waits for one in another mount namespace, which has its own /run, /dev and /sys" {
	local namespace
	for namespace in mount network; do
		contained $namespace sh -c 'strace -f -qq -o /run/trace -e trace=renameat,rename -e inject=rename,renameat:delay_enter=20000000:when=1 "$0" bind --quiet 0000:00:06.0 3>&-' "$VFIONOIOMMU" &
		holder=$!
		for _ in $(seq 100); do
			[ "$(override_of $edu)" = "(null)" ] || break
			pgrep -f "bind --quiet 0000:00:06.0" >/dev/null && sleep 3 && break
			sleep 0.1
		done
		run_tool bind --wait 1 $nic
		status_is 1
		complains "waiting for another instance"
		[ "$(driver_of $nic)" = e1000e ]
		wait $holder
		tool unbind $edu
	done
}

@test "a saved state is not believed for a device that was made anew" {
	tool bind $nic
	[ "$(driver_of $nic)" = vfio-pci ]
	cp /run/vfionoiommu/$nic /tmp/state
	tool unbind $nic
	echo 1 >/sys/bus/pci/devices/$nic/remove
	echo 1 >/sys/bus/pci/rescan
	udevadm settle
	tool bind --force $nic
	cp /tmp/state /run/vfionoiommu/$nic
	run_tool unbind $nic
	status_is 0
	complains "[memory-unusable]"
	[ "$(driver_of $nic)" = e1000e ]
	rm -f /run/vfionoiommu/$nic
}

@test "a saved state that is cut off is not believed" {
	tool bind $nic
	truncate -s -8 /run/vfionoiommu/$nic
	run_tool unbind $nic
	status_is 0
	complains "[memory-unusable]"
	[ "$(driver_of $nic)" = e1000e ]
	rm -f /run/vfionoiommu/$nic
}
