#!/usr/bin/env bats
# kernels: case3
# boot: --disk disk --disk vdisk --device e1000e,addr=4,romfile= --device edu,addr=6 --device nvme,addr=7,serial=one,drive=disk --device virtio-blk-pci,addr=8,drive=vdisk
#
# Whatever a process or another block device has of a device is a use of it, in whichever namespace.

load guest

vblk=0000:00:08.0

setup_file() {
	modprobe loop
	"$VFIONOIOMMU" enable
	load_disks
	mkdir -p /run/mounted
	cat >/run/hold.py <<'PYTHON'
# hold.py WHAT FILE: open FILE so, or only map it, until killed.
import mmap, os, sys, time
what, path = sys.argv[1:3]
fd = os.open(path, os.O_RDONLY if what == "read" or path.startswith("/proc/") else os.O_RDWR)
if what == "map":
    mapping = mmap.mmap(fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    os.closerange(3, 64)
if what in ("message", "second", "later", "user"):
    # In the queue of a socket only, behind another message or not; kept as systemd keeps namespaces.
    import socket
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    if what != "message":
        socket.send_fds(pair[0], [b"x"], [0])
    socket.send_fds(pair[0], [b"x"], [fd])
    os.close(fd)
if what == "fork":
    print("holding", flush=True)
    while not os.path.exists("/run/stop"):
        if os.fork():
            os._exit(0)
        time.sleep(.005)
    sys.exit()
if what == "path":
    os.close(fd)
    fd = os.open(path, os.O_PATH)
if what == "thread":
    import ctypes, threading
    os.close(fd)
    def run():
        ctypes.CDLL(None).unshare(0x400)  # CLONE_FILES
        os.open(path, os.O_RDWR)
        print("holding", flush=True)
        time.sleep(600)
    threading.Thread(target=run).start()
elif what == "left":
    # A thread goes on after the first one of the process has ended, and has only the mapping.
    import ctypes, threading
    mapping = mmap.mmap(fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    os.closerange(3, 64)
    threading.Thread(target=lambda: time.sleep(600)).start()
    print("holding", flush=True)
    ctypes.CDLL(None).pthread_exit(None)
else:
    print("holding", flush=True)
if what == "later":
    time.sleep(2)
    received = [socket.recv_fds(pair[1], 1, 1) for message in range(2)]
if what == "user":
    import ctypes
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1)  # PR_SET_DUMPABLE: it owns its /proc/PID
time.sleep(600)
PYTHON
}

teardown_file() {
	rmmod loop
}

holds() { # WHAT FILE
	hold_with python3 /run/hold.py "$@"
}

@test "an open node of a device is a use of it: block, controller, generic" {
	for node in /dev/$disk /dev/${disk%n*} /dev/ng${disk#nvme}; do
		holds write $node
		used $nvme device-held "$node is in use by process $holder (python3)"
		end_holder
	done
	free $nvme
}

@test "a node is recognized by its number, wherever it is" {
	local major minor
	IFS=: read -r major minor </sys/class/block/vda/dev
	mknod /run/other b "$major" "$minor"
	# /run may be mounted with nodev.
	mount -o remount,dev /run || true
	holds read /run/other
	rm /run/other
	used $vblk device-held "/run/other (deleted) is in use by process $holder (python3)"
	end_holder
	free $vblk
}

@test "a thread with files of its own is seen" {
	holds thread /dev/vda
	used $vblk device-held "/dev/vda is in use by process $holder (python3)"
	end_holder
}

@test "a mapping is seen after the first thread of its process has ended" {
	holds left /sys/bus/pci/devices/$edu/resource0
	wait_until 60 grep -q "^State:.Z" "/proc/$holder/status"
	used $edu device-held "resource0 is in use by process $holder (python3)"
	end_holder
	free $edu
}

@test "an open node in a message that was not received is a use, and does not make others unknown" {
	holds message /dev/vda
	used $vblk device-held "/dev/vda is in use by process $holder (python3)"
	free $edu
	end_holder
	# The kernel shows only how many there are.
	holds second /dev/vda
	run_tool bind --dry-run $edu
	status_is 3
	complains "process $holder (python3): a message that it has not received contains open files, which the kernel does not name [use-unknown]"
	end_holder
	# systemd keeps namespaces so.
	holds message /proc/self/ns/net
	free $vblk
	end_holder
}

# bats test_tags=slow
@test "messages that are received a moment later make no device unknown, nor do those of users" {
	holds later /dev/vda
	run_tool bind --dry-run $edu $vblk
	complains "$vblk: /dev/vda is in use by process $holder (python3)"
	not grep "$edu\|message" <<<"$stderr"
	end_holder
	holds user /dev/null
	local user=$holder
	sleep 1
	holds message /proc/self/ns/net
	free $edu
	end_holder
	holder=$user
	end_holder
	free $vblk
}

@test "a process that forks and ends all the time is seen" {
	holds fork /dev/vda
	sleep 1
	[[ $(tool list -nro USE $vblk) = used:* ]]
	run_tool bind --dry-run $vblk
	status_is 3
	complains "/dev/vda is in use by process"
	touch /run/stop
	wait_until 60 not pgrep -f hold.py
	rm /run/stop
	free $vblk
}

@test "a descriptor that only names a node is no use" {
	holds path /dev/vda
	free $vblk
	end_holder
}

@test "an inherited descriptor is a use, also of the tool itself" {
	exec 7</dev/vda
	used $vblk device-held "/dev/vda is in use by process"
	exec 7<&-
}

@test "an open or mapped file of the registers is a use of a device, without a driver too" {
	local folder=/sys/bus/pci/devices/$edu
	holds write $folder/config
	used $edu device-held "config is in use by process $holder (python3)"
	end_holder
	holds map $folder/resource0
	used $edu device-held "resource0 is in use by process $holder (python3)"
	end_holder
	holds read $folder/config
	free $edu
	end_holder
	# As a container has them.
	mkdir -p /run/bound
	mount --bind $folder/ /run/bound
	holds map /run/bound/resource0
	used $edu device-held "resource0 is in use by process $holder (python3)"
	end_holder
	touch /run/bar
	mount --bind $folder/resource0 /run/bar
	holds write /run/bar
	umount -l /run/bar
	used $edu device-held "resource0 is in use by process $holder (python3)"
	end_holder
	umount /run/bound
	rm /run/bar
	free $edu
}

@test "a network card in a namespace that only a socket keeps is in use" {
	local interface
	interface=$(interface_of $nic)
	hold_python <<'PYTHON'
import ctypes, os, socket, time
own = os.open("/proc/self/ns/net", os.O_RDONLY)
ctypes.CDLL(None).unshare(0x40000000)  # CLONE_NEWNET
kept = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("apart", flush=True)
while not os.path.exists("/run/moved"):
    time.sleep(.1)
ctypes.CDLL(None).setns(own, 0)
os.close(own)
os.remove("/run/moved")
time.sleep(600)
PYTHON
	ip link set "$interface" netns $holder
	touch /run/moved
	wait_until 60 [ ! -e /run/moved ]
	used $nic interface-elsewhere "network interface $interface is in a network namespace that no process shows"
	end_holder
	# The kernel brings it back.
	wait_until 60 [ -e /sys/bus/pci/devices/$nic/net ]
	free $nic
}

@test "a loop device on a disk is a use of the disk, with what is mounted on it" {
	losetup /dev/loop0 /dev/$disk
	used $nvme disk-held "$disk is in use by loop0"
	mkfs.ext2 -q /dev/loop0
	mount /dev/loop0 /run/mounted
	used $nvme disk-mounted "loop0 (over $disk) is mounted on /run/mounted"
	truncate -s 16M /run/mounted/image
	losetup /dev/loop1 /run/mounted/image
	mkfs.ext2 -q /dev/loop1
	mkdir -p /run/inner
	mount /dev/loop1 /run/inner
	used $nvme disk-mounted "loop1 (over /run/mounted/image on loop0, over $disk) is mounted on /run/inner"
	umount /run/inner
	losetup -d /dev/loop1
	umount /run/mounted
	losetup -d /dev/loop0
	free $nvme
}

@test "a loop device that was made in another mount namespace is a use" {
	unshare --mount bash -c 'mkdir -p /run/nodes && mount -t tmpfs tmpfs /run/nodes
		IFS=: read -r major minor </sys/class/block/vda/dev
		mknod /run/nodes/strange b "$major" "$minor" && losetup /dev/loop0 /run/nodes/strange'
	used $vblk disk-held "vda is in use by loop0"
	losetup -d /dev/loop0
	free $vblk
}

@test "a mount in another mount namespace is a use" {
	mkfs.ext2 -q /dev/$disk
	hold_asleep unshare --mount bash -c "mount /dev/$disk /run/mounted && exec sleep 600"
	used $nvme disk-mounted "$disk is mounted on /run/mounted in the mount namespace of process $holder (sleep)"
	complains "hint: nsenter --target $holder --mount umount /run/mounted"
	# In a container without nodes, and without a view of the other processes.
	run --separate-stderr unshare --mount --pid --fork --mount-proc bash -c "mount -t tmpfs tmpfs /dev; $VFIONOIOMMU bind $nvme"
	status_is 3
	complains "$nvme: $disk is in use by an unknown holder"
	complains "[disk-held]"
	[ "$(driver_of $nvme)" = nvme ]
	end_holder
	free $nvme
}

@test "what begins to use a device between the look and the unbind is not lost" {
	udevadm settle
	mkfs.ext2 -q /dev/$disk
	disturbed write delay_enter=3000000 "$(realpath "/sys/bus/pci/devices/$nvme/driver_override")" -- bind $nvme 2>/tmp/err 3>&- &
	wait_until 60 [ -e "/run/vfionoiommu/$nvme" ]
	mount "/dev/$disk" /run/mounted
	local code=0
	wait $! || code=$?
	cat /tmp/err
	[ "$code" -eq 1 ]
	grep -q "$nvme: it is in use since it was looked at: $disk is mounted on /run/mounted \[disk-mounted\]; all changes were rolled back" \
		/tmp/err
	restored $nvme nvme
	umount /run/mounted
	free $nvme
}

@test "a network card that comes up between the look and the unbind is not lost" {
	local card code=0
	card=$(interface_of $nic)
	disturbed write delay_enter=700000 "$(realpath "/sys/bus/pci/devices/$nic/driver_override")" -- bind $nic 2>/tmp/err 3>&- &
	wait_until 60 [ -e "/run/vfionoiommu/$nic" ]
	ip link set "$card" up
	wait $! || code=$?
	cat /tmp/err
	[ "$code" -eq 1 ]
	grep -q "$nic: it is in use since it was looked at: network interface $card is up \[interface-up\]; all changes were rolled back" \
		/tmp/err
	restored $nic e1000e
	ip link set "$card" down
	free $nic
}

@test "no filesystem can be mounted from a disk while its driver is unbound" {
	udevadm settle
	mkfs.ext2 -q /dev/$disk
	disturbed write delay_enter=4000000 /sys/bus/pci/drivers/nvme/unbind -- bind $nvme 3>&- &
	wait_until 60 grep -qx vfio-pci /sys/bus/pci/devices/$nvme/driver_override
	sleep 1
	not mount "/dev/$disk" /run/mounted
	wait $!
	[ "$(driver_of $nvme)" = vfio-pci ]
	tool unbind $nvme
	udevadm settle
	free $nvme
	mount "/dev/$disk" /run/mounted
	umount /run/mounted
}

@test "where another filesystem hides a part of /sys, only devices that nothing can be on top of are free" {
	for folder in /sys/class /sys/class/block /sys/dev/char /sys/fs; do
		for device in $nvme:3:unknown $edu:0:free; do
			IFS=: read -r slot function status use <<<"${device#0000:}"
			device=0000:$slot:$function
			run unshare --mount bash -c "mount -t tmpfs none $folder && $VFIONOIOMMU bind --dry-run $device"
			status_is "$status"
			[ "$use" = free ] || says "$folder: another filesystem is mounted there [use-unknown]"
			[ "$(unshare --mount bash -c "mount -t tmpfs none $folder && $VFIONOIOMMU list -nro USE $device")" = "$use" ]
		done
	done
}

@test "where other processes are hidden, whether a device is in use is unknown" {
	run --separate-stderr unshare --mount --pid --fork --mount-proc "$VFIONOIOMMU" bind $edu
	status_is 3
	complains "$edu: cannot determine whether the device is in use: /proc: processes of other users or PID namespaces are hidden [use-unknown]"
	[ "$(unshare --mount --pid --fork --mount-proc "$VFIONOIOMMU" list -nro USE $edu)" = unknown ]
	run --separate-stderr unshare --mount --pid --fork --mount-proc "$VFIONOIOMMU" bind --force $edu
	status_is 0
	tool unbind $edu
}

@test "a process that cannot be looked at is named" {
	holds write /dev/vda
	run --separate-stderr disturbed statx error=EACCES "/proc/$holder/fd" -- bind --dry-run $edu
	status_is 3
	complains "$edu: cannot determine whether the device is in use: process $holder (python3): Permission denied [use-unknown]"
	end_holder
}

@test "a file of a filesystem that has shut down makes no device unknown" {
	hold_python <<'PYTHON'
import mmap, os, time
file = os.open("/run/hold.py", os.O_RDWR)
mapping = mmap.mmap(file, 512)
os.dup2(file, 0)
os.dup2(file, 2)
os.closerange(3, 1024)
print("holding", flush=True)
time.sleep(600)
PYTHON
	run --separate-stderr disturbed statx error=EIO "/proc/$holder" "/proc/$holder/fd" -- bind --dry-run $edu
	status_is 0
	[ "$(grep -c INJECTED /tmp/strace)" -ge 4 ]
	end_holder
}

# A system call of the tool that the kernel does not complete for long.
stuck() { # SYSCALL PATH COMMAND...
	run --separate-stderr disturbed "$1" delay_enter=8000000 "$2" -- "${@:3}"
}

@test "a process whose mappings are locked shows what it has open" {
	holds write /dev/vda
	stuck read "/proc/$holder/maps" bind --dry-run $edu $vblk
	status_is 3
	complains "$edu: cannot determine whether the device is in use: process $holder (python3): the kernel does not show what it has open: it may be stuck [use-unknown]"
	complains "$vblk: /dev/vda is in use by process $holder (python3)"
	end_holder
}

# bats test_tags=slow
@test "a disk that does not answer makes only its device unknown" {
	stuck openat dev/$disk bind --dry-run $nvme $nic
	status_is 3
	complains "$nvme: cannot determine whether the device is in use: /dev/$disk: the kernel does not answer [use-unknown]"
	not grep -q "$nic" <<<"$stderr"
	holds write /dev/vda
	stuck openat dev/$disk list --all -nro ADDRESS,USE
	says "$vblk used:"
	says "$nvme unknown"
	says "$nic free"
	end_holder
}

@test "registers that do not answer make only their device unknown" {
	stuck read,pread64 "$(realpath /sys/bus/pci/devices/$edu)/config" list --all -nro ADDRESS,USE
	says "$edu unknown"
	says "$nvme free"
}

@test "what else does not answer hides no use" {
	holds write /dev/vda
	stuck openat proc/net/sockstat bind --dry-run $vblk $nic
	status_is 3
	complains "$vblk: /dev/vda is in use by process $holder (python3)"
	complains "$nic: cannot determine whether the device is in use: /proc/net/tcp: the kernel does not answer [use-unknown]"
	end_holder
}

@test "unbind names a process that has only a descriptor of the device, or a mapping" {
	for what in '' map; do
		tool bind $edu
		hold_device $edu $what
		run_tool unbind $edu
		status_is 3
		complains "$edu: anon_inode:[vfio-device] is in use by process $holder (python3) [device-held]"
		end_holder
		tool unbind $edu
	done
	# One of two: the descriptor names its device, a mapping does not.
	tool bind $edu $nic
	hold_device $edu
	run_tool unbind $nic
	status_is 0
	end_holder
	tool bind $nic
	hold_device $edu map
	run_tool unbind $edu
	status_is 3
	complains "[use-unknown]"
	end_holder
	tool unbind --all
}
