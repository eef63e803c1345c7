# Shared by the bats files in the guest: the machine's state, read without the tool.
load ../../helper

nic=0000:00:04.0
edu=0000:00:06.0
nvme=0000:00:07.0

driver_of() { # ADDRESS
	local folder=/sys/bus/pci/devices/$1/driver
	[ ! -L "$folder" ] || (cd -P "$folder" && echo "${PWD##*/}")
}

override_of() { # ADDRESS
	echo "$(<"/sys/bus/pci/devices/$1/driver_override")"
}

# The device has this driver again, or none, and this override, and no saved state.
restored() { # ADDRESS DRIVER [OVERRIDE]
	[ "$(driver_of "$1")" = "$2" ]
	[ "$(override_of "$1")" = "${3:-(null)}" ]
	[ ! -e "/run/vfionoiommu/$1" ]
}

interface_of() { # ADDRESS
	ls "/sys/bus/pci/devices/$1/net"
}

mode() {
	echo "$(</sys/module/vfio/parameters/enable_unsafe_noiommu_mode)"
}

# The taint as a number, without the bit of out-of-tree modules, which 6.1 has here.
tainted() {
	local value
	read -r value </proc/sys/kernel/tainted
	echo $((value & ~(1 << 12 | 1 << 13)))
}

nodes() {
	local node
	for node in /dev/vfio/devices/noiommu-* /dev/vfio/noiommu-*; do
		[ ! -e "$node" ] || echo "$node"
	done
}

# Runs the tool with a fault in its system calls, or in those on these paths. The faults are in /tmp/strace, as INJECTED.
disturbed() { # SYSCALLS error=EIO|delay_enter=MICROSECONDS|signal=KILL|... [PATH...] -- COMMAND...
	local options=(-e "trace=$1" -e "inject=$1:$2")
	shift 2
	while [ "$1" != -- ]; do
		options+=(-P "$1")
		shift
	done
	strace -f -qq -o /tmp/strace "${options[@]}" "$VFIONOIOMMU" "${@:2}"
}

# Everything that a bind may change, as text: compare it before and after.
machine() { # [ADDRESS...]
	local address
	[ $# -gt 0 ] || set -- $nic $edu
	for address; do
		echo "$address driver=$(driver_of "$address") override=$(override_of "$address")"
	done
	echo "nodes: $(nodes)"
	echo "state: $(ls /run/vfionoiommu 2>/dev/null)"
}

# What list says. udev may still look at a disk that was released.
use_of() { # ADDRESS
	udevadm settle
	tool list -nro USE "$1"
}

# bind refuses the device for this reason, and changes nothing: neither it, nor the free ones next to it.
refused() { # ADDRESS ID SENTENCE [FREE...]
	local before
	before=$(machine "$1" "${@:4}")
	run_tool bind "${@:4}" "$1"
	status_is 3
	grep -F "$1: $3" <<<"$stderr" | grep -F "[$2]"
	[ "$(machine "$1" "${@:4}")" = "$before" ]
	[ -z "$(nodes)" ]
}

# list shows that the device is in use, and bind refuses it for that.
used() { # ADDRESS ID SENTENCE
	[[ $(tool list -nro USE "$1") = used:* ]]
	refused "$@"
}

# list calls the devices free, and bind has nothing against them; Debian's kernel has no noiommu mode for any.
free() { # ADDRESS...
	local device
	for device; do
		[ "$(use_of "$device")" = free ]
		run_tool bind --dry-run "$device"
		[ "$KERNEL" = debian ] || status_is 0
		not complains "$device"
	done
}

# The initial state of most tests: nic on its driver, edu on none, no saved state, mode on.
begin() {
	set +T
	modprobe e1000e
	tool enable >/dev/null
	tool unbind "$nic" "$edu" >/dev/null
	[ "$(driver_of "$nic")" = e1000e ]
	[ -z "$(driver_of "$edu")" ]
	[ -z "$(nodes)" ]
}

# Binds the standard devices.
bind_standard() {
	modprobe e1000e
	modprobe nvme
	"$VFIONOIOMMU" enable
	"$VFIONOIOMMU" bind $nic $edu $nvme
}

# Huge pages of 512 MiB in all, and hugetlbfs, for DPDK.
reserve_huge_pages() {
	echo 256 >/proc/sys/vm/nr_hugepages
	mkdir -p /dev/hugepages
	mount -t hugetlbfs hugetlbfs /dev/hugepages
}

free_huge_pages() {
	umount /dev/hugepages
	echo 0 >/proc/sys/vm/nr_hugepages
}

# Whether the matrix predicts this access path: group, cdev.
has_path() { # GROUP|CDEV
	[ -n "$(tool list -nro "$1" $edu | tr -d -)" ]
}

# Runs the command as the process $holder, until end_holder, and waits until it has become `sleep`.
hold_asleep() { # COMMAND...
	"$@" <&0 3>&- &
	holder=$!
	wait_until 60 grep -qx sleep /proc/$holder/comm
}

# Opens this file, only for reading unless `write` is given.
hold() { # FILE [write]
	if [ "${2:-}" = write ]; then
		hold_asleep sleep 1800 <>"$1"
	else
		hold_asleep sleep 1800 <"$1"
	fi
}

# Runs the command as the process $holder, until end_holder, and waits for its first line.
hold_with() { # COMMAND...
	: >"$BATS_TEST_TMPDIR/holder"
	"$@" <&0 >"$BATS_TEST_TMPDIR/holder" 3>&- &
	holder=$!
	wait_until 60 [ -s "$BATS_TEST_TMPDIR/holder" ]
}

# Holds the device without an open node.
hold_device() { # ADDRESS [map]
	hold_with "$BATS_TEST_DIRNAME/hold-device" "$@"
}

# Runs the Python program on standard input.
hold_python() { # ARG...
	hold_with python3 - "$@"
}

# Kills the process $holder.
end_holder() {
	kill $holder
	wait $holder || true
}

# Takes the lock of the tool, as another run does, in the process $holder.
lock() {
	flock /run/vfionoiommu.lock sleep 60 3>&- &
	holder=$!
	wait_until 60 not flock --nonblock /run/vfionoiommu.lock true
	echo $holder >/run/vfionoiommu.lock
}

unlock() {
	pkill -P $holder sleep
	wait $holder || true
}

# Locks the folder as an ordinary user, until unlock_folders.
lock_folder() { # FOLDER
	"${as_user[@]}" flock --no-fork "$1" sleep 120 3>&- &
	folders="${folders:-} $!"
	wait_until 60 not flock --nonblock "$1" true
}

unlock_folders() {
	# shellcheck disable=SC2086
	[ -z "${folders:-}" ] || kill $folders
	folders=
}

# The name of the disk of this device, which its driver may add later.
disk_of() { # ADDRESS
	local path
	path=$(wait_until 60 eval "readlink /sys/class/block/* | grep -m 1 '/$1/'") && echo "${path##*/}"
}

# Loads the drivers of the disks and of the network card; $disk is the NVMe disk.
load_disks() {
	modprobe -a nvme virtio_blk e1000e
	disk=$(disk_of $nvme)
	export disk
	udevadm settle
}

# Runs a command of qemu's monitor through QMP, which separates the answer from other output. Fails if the command prints
# anything: device_add and device_del print nothing.
qemu() { # device_add|device_del ARGUMENT...
	local name port line
	name=$(grep -lx vm.monitor /sys/class/virtio-ports/*/name)
	exec {port}<>"/dev/$(basename "${name%/name}")"
	echo '{"execute": "qmp_capabilities"}' >&$port
	jq -nc --arg line "$*" \
		'{execute: "human-monitor-command", arguments: {"command-line": $line}, id: "ours"}' >&$port
	while IFS= read -r -t 30 -u $port line; do
		[[ $line != *'"id": "ours"'* ]] || break
	done
	exec {port}>&-
	echo "$line"
	jq -e '.return == ""' <<<"$line"
}
