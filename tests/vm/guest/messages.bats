#!/usr/bin/env bats
# kernels: case3
# boot: --device virtio-net-pci,addr=4,romfile= --device edu,addr=6
#
# The messages that only a real machine brings about, each in full: what was done, and the lines that are printed. Those of
# recorded machines are in tests/messages.bats.

load guest

driver=virtio-pci

setup_file() {
	"$VFIONOIOMMU" enable
	modprobe vfio-pci
	modprobe iommufd
	"$VFIONOIOMMU" bind $edu 2>"$BATS_FILE_TMPDIR/first"
	"$VFIONOIOMMU" unbind $edu
}

# Runs the command and looks for each of the lines in what it printed.
prints() { # COMMAND LINE...
	local line
	run --separate-stderr bash -c "$1"
	shift
	output+=$'\n'$(spoken) || { echo "$output"; return 1; }
	for line; do
		grep -qxF -- "$line" <<<"$output" || { echo "no line: $line"; return 1; }
	done
}

# strace makes a system call of the tool fail.
faulty() { # SYSCALL ERROR[:when=N] [-P PATH]...
	echo "strace -f -qq -o /dev/null -e trace=$1 -e inject=$1:error=$2 ${*:3} $VFIONOIOMMU"
}

user="setpriv --reuid 65534 --regid 65534 --clear-groups $VFIONOIOMMU"

@test "a user who is not root" {
	prints "$user enable" "blocker: only root may change this [not-root]" "    remedy: run it again with sudo"
	sysctl -q kernel.dmesg_restrict=1
	echo 64 >/proc/sys/kernel/tainted
	prints "$user taint" "U: by VFIO noiommu? cannot tell: only root may read the kernel log: run it again with sudo"
	run bash -c "$user report - 2>&1 >/dev/null"
	[[ "$output" == *" of "*" files and folders could not be read, and are recorded so; -v names them; root may read more" ]]
	sysctl -q kernel.dmesg_restrict=0
}

@test "a container: /sys is read-only, or is not there" {
	prints "unshare --mount bash -c 'mount -o remount,bind,ro /sys; $VFIONOIOMMU bind $edu'" \
		"blocker: /sys is mounted read-only here, as in most containers [sysfs-read-only]" \
		"    remedy: run it on the host, or in a container that was started with a writable /sys"
	prints "unshare --mount bash -c 'mount -t tmpfs none /sys; $VFIONOIOMMU list'" \
		"/sys/bus/pci: there is no PCI bus here: is /sys mounted?"
}

@test "the lock" {
	lock
	prints "$VFIONOIOMMU bind --wait 0 $edu" \
		"another vfionoiommu is at work (process $holder), and has not ended within 0 s; try again, or wait longer with --wait"
	unlock
	prints "$(faulty flock ENOLCK) bind $edu" \
		"/run/vfionoiommu.lock: the lock cannot be taken: No locks available; nothing was changed"
}

@test "the addresses and routes of a network card" {
	eth=$(ls /sys/bus/pci/devices/$nic/virtio*/net)
	ip link set "$eth" up
	ip address add 192.0.2.1/24 dev "$eth"
	ip route add 198.51.100.0/24 via 192.0.2.254 table 77
	prints "$VFIONOIOMMU bind $nic" \
		"$nic: its network interface $eth has the address 192.0.2.1 [interface-address]" \
		"    remedy: ip address flush dev $eth" \
		"$nic: its network interface $eth carries the route to 198.51.100.0/24 in table 77 [interface-route]" \
		"    remedy: ip route show dev $eth table all"
	ip address flush dev "$eth"
	ip link set "$eth" down
}

@test "a bind that fails" {
	local bind=/sys/bus/pci/drivers/vfio-pci/bind override=/sys/bus/pci/devices/$edu/driver_override
	prints "$(faulty write EBUSY -P $bind) bind $edu" \
		"$edu: could not write $edu to $bind: Device or resource busy; everything was put back as it was; the kernel may say why: dmesg | tail"
	prints "$(faulty write EBUSY -P $bind) bind $nic $edu" "2 of 2 devices failed"
	prints "$(faulty write EIO:when=2+ -P $bind -P $override) bind $edu" \
		"$edu: could not write $edu to $bind: Input/output error; and putting it back failed: could not write a newline to $override: Input/output error; try again with: vfionoiommu unbind $edu; the kernel may say why: dmesg | tail"
	prints "$VFIONOIOMMU unbind $edu" "$edu: given back to no driver, as before"
	tool disable
	prints "$(faulty write EBUSY -P $bind) bind --enable $edu" "noiommu mode: switched off again"
	rmmod vfio_pci
	prints "$(faulty finit_module EPERM) bind --enable $edu" \
		"modules: could not load module vfio_pci: Operation not permitted; everything was put back as it was; the kernel may say why: dmesg | tail" \
		"$edu: was not touched, because what it needs failed, as said above"
	tool enable
}

@test "a bind, and what the first one says of the taint" {
	prints "cat $BATS_FILE_TMPDIR/first" \
		"the kernel is now tainted (64, was 0): U, by VFIO noiommu, until the next boot"
	prints "$VFIONOIOMMU bind --mode 0600 $edu" "$edu: bound to vfio-pci (before: no driver)"
	prints "$VFIONOIOMMU bind --mode 0640 $edu" \
		"$edu: is bound to vfio-pci already; owner and mode of its nodes changed"
}

@test "verify" {
	group=$(tool list -nro GROUP $edu) cdev=$(tool list -nro CDEV $edu)
	prints "$VFIONOIOMMU verify $edu" "$edu: opens through $group and $cdev" "through $group:"
	prints "capsh --drop=cap_sys_rawio -- -c '$VFIONOIOMMU verify $edu'" "$edu: does not open" \
		"$edu: $group does not open: Operation not permitted: CAP_SYS_RAWIO is missing, which the node's owner and mode cannot replace [capability-missing]" \
		"    remedy: run it as root, or: setcap cap_sys_rawio+ep PROGRAM"
	chmod 600 /dev/iommu
	prints "$user verify $edu" \
		"$edu: $group does not open: Permission denied: this user may not open it, by its owner and mode [node-permission]" \
		"    remedy: vfionoiommu bind --owner USER $edu" \
		"$edu: $cdev does not open: Permission denied: this user may not open /dev/iommu, by its owner and mode [node-permission]" \
		"    remedy: chown USER /dev/iommu"
	prints "capsh --drop=cap_sys_admin -- -c '$VFIONOIOMMU verify --raw --noheadings --output DETAIL $edu'" \
		"not\x20compared\x20with\x20/proc/self/pagemap"
	mv /dev/vfio/vfio /dev/vfio/away
	prints "$VFIONOIOMMU verify $edu" \
		"$edu: warning: $group opens with /dev/iommu as its container: a program that insists on /dev/vfio/vfio, which is not there, will fail [group-needs-iommufd]" \
		"    remedy: ln -s /dev/iommu /dev/vfio/vfio"
	prints "$VFIONOIOMMU verify --raw --noheadings --output STEP,DETAIL $edu" \
		"open\x20/dev/iommu in\x20the\x20place\x20of\x20/dev/vfio/vfio"
	mv /dev/vfio/away /dev/vfio/vfio
	prints "$VFIONOIOMMU verify --raw --noheadings --output STEP $edu" "open\x20/dev/vfio/vfio"
	prints "$VFIONOIOMMU verify $nic" \
		"$nic: is not bound to VFIO, but to $driver: there is nothing to open [device-not-bound]" \
		"    remedy: vfionoiommu bind $nic"
	tool disable --force
	prints "$VFIONOIOMMU verify $edu" \
		"$edu: $group does not open: noiommu mode was switched off since the bind [noiommu-disabled]" \
		"    remedy: vfionoiommu enable"
	tool enable
}

@test "a device that is held" {
	group=$(tool list -nro GROUP $edu)
	hold "$group"
	prints "$VFIONOIOMMU verify $edu" \
		"$edu: $group does not open: $group is held open by process $holder (sleep) [device-held]" \
		"    remedy: end that process, then type the same command again"
	let_go
	exec 7<"$(tool list -nro CDEV $edu)"
	prints "$VFIONOIOMMU unbind --force --timeout 1 $edu 7<&-" \
		"$edu: could not write $edu to /sys/bus/pci/drivers/vfio-pci/unbind in time: the kernel waits for whoever holds the device, and will let it go when that has ended; then type: vfionoiommu unbind $edu"
	exec 7<&-
	for _ in $(seq 50); do
		[ -n "$(driver_of $edu)" ] || break
		sleep 0.1
	done
	tool unbind $edu
}

@test "monitor, of a device that does not come" {
	prints "$VFIONOIOMMU monitor --until $edu --timeout 0" \
		"$edu: has not got its nodes within 0 s: is bound to no driver; bind it with: vfionoiommu bind $edu"
	tool bind $edu
	group=$(tool list -nro GROUP $edu)
	mv "$group" /dev/away
	prints "$VFIONOIOMMU monitor --until $edu --timeout 0" \
		"$edu: has not got its nodes within 0 s: $group is not in /dev yet; wait longer with --timeout"
	mv /dev/away "$group"
	mkdir /run/empty
	prints "unshare --mount bash -c 'mount --bind /run/empty /sys/class/vfio
			mount --bind /run/empty /sys/bus/pci/devices/$edu/vfio-dev/noiommu-vfio*
			$VFIONOIOMMU monitor --until $edu --timeout 0; $VFIONOIOMMU verify $edu'" \
		"$edu: is bound to VFIO, and has no node through which it could be opened [node-missing]" \
		"    remedy: vfionoiommu matrix" \
		"$edu: has not got its nodes within 0 s: is bound to VFIO, and has no node; see vfionoiommu matrix"
	tool unbind $edu
}

@test "monitor, when an event cannot be read" {
	for _ in 1 2 3; do
		sleep 2
		echo change >/sys/bus/pci/devices/$edu/uevent
	done &
	prints "$(faulty recvmsg EIO) monitor --timeout 60" "the events cannot be read: Input/output error"
	wait
}

@test "a persistent binding that others may write" {
	tool bind --persistent $edu
	chmod 666 /etc/vfionoiommu.d/$edu
	prints "$VFIONOIOMMU status" \
		"$edu: warning: its persistent binding is not used: /etc/vfionoiommu.d/$edu is not root's alone to write [binding-unusable]" \
		"    remedy: vfionoiommu unbind --persistent $edu"
	tool unbind --persistent $edu
}

@test "an id in new_id" {
	echo 1234 11e8 >/sys/bus/pci/drivers/vfio-pci/new_id
	prints "$VFIONOIOMMU unbind $edu" \
		"$edu: the kernel gave it to vfio-pci again, by an id in its new_id list; remove it with: echo '1234 11e8' > /sys/bus/pci/drivers/vfio-pci/remove_id"
	echo 1234 11e8 >/sys/bus/pci/drivers/vfio-pci/remove_id
	tool unbind $edu
}
