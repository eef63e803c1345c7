#!/usr/bin/env bats
# kernels: debian
# boot: --hotplug --disk one --disk two --disk shared --disk stick --device e1000e,addr=4,romfile= --device edu,addr=6 --device nvme,addr=7,serial=one,drive=one --device nvme,addr=8,serial=two,drive=two --device nvme-subsys,id=nss,nqn=shared --device nvme,addr=9,serial=shared,subsys=nss --device nvme,addr=a,serial=shared,subsys=nss --device nvme-ns,drive=shared,shared=on,nsid=1 --device qemu-xhci,addr=c,id=xhci --device usb-storage,bus=xhci.0,drive=stick --device usb-net,bus=xhci.0 --device i6300esb,addr=d --device pvpanic-pci,addr=f --qemu -chardev --qemu null,id=terminal --device virtio-serial-pci,id=terminals,addr=11 --device virtconsole,bus=terminals.0,chardev=terminal --qemu -object --qemu cryptodev-backend-builtin,id=crypto --device virtio-crypto-pci,addr=10,cryptodev=crypto --memory 1G,maxmem=2G --qemu -object --qemu memory-backend-ram,id=extra,size=512M --device megasas,addr=12 --device virtio-rng-pci,addr=13 --device virtio-balloon-pci,id=balloon,addr=14 --device virtio-mem-pci,id=memory,addr=e,memdev=extra,requested-size=256M --qemu -watchdog-action --qemu none
#
# Whatever the kernel itself has of a device is a use of it: what is on top of its disks, what exports them, and what is behind
# its bus. This kernel has no noiommu mode, so bind is refused for that, too.

load guest

one=0000:00:07.0
two=0000:00:08.0
shared=(0000:00:09.0 0000:00:0a.0)
usb=0000:00:0c.0
memory=0000:00:0e.0
configfs=/sys/kernel/config

setup_file() {
	modprobe -a nvme loop raid1 btrfs nvmet target_core_file target_core_iblock zram uio_pci_generic xhci_pci usb-storage rndis_host
	wait_until 60 compgen -G "/sys/bus/pci/devices/$usb/usb*/*/*/host*/target*/*/block/*"
	disk=$(disk_of $one) other=$(disk_of $two)
	head=$(basename /sys/devices/virtual/nvme-subsystem/*/nvme*n1)
	export disk other head
	udevadm settle
	mkdir -p /run/mounted
}

teardown_file() {
	umount $configfs /run/netns
	rmmod loop zram
}

configfs() {
	mountpoint -q $configfs || mount -t configfs configfs $configfs
}

@test "devices without any use are free" {
	free $one $two "${shared[@]}" $usb $edu
}

@test "md" {
	mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.0 /dev/"$disk" missing --force </dev/null
	used $one disk-held "$disk is in use by md0"
	mkfs.ext2 -q /dev/md0
	mount /dev/md0 /run/mounted
	used $one disk-mounted "md0 (over $disk) is mounted on /run/mounted"
	umount /run/mounted
	mdadm --stop /dev/md0
	mdadm --zero-superblock /dev/"$disk"
	free $one
}

@test "btrfs on several disks, of which the mount names one" {
	mkfs.btrfs -q -f --mixed -d single -m single /dev/"$disk" /dev/"$other"
	mount /dev/"$disk" /run/mounted
	used $one disk-mounted "$disk is mounted on /run/mounted"
	used $two disk-mounted "$other is mounted on /run/mounted"
	umount /run/mounted
	wipefs -qa /dev/"$disk" /dev/"$other"
	free $one $two
}

@test "a filesystem with its journal on another disk, which no mount names" {
	mke2fs -q -O journal_dev /dev/"$other"
	mkfs.ext4 -q -J device=/dev/"$other" /dev/"$disk"
	udevadm settle
	mount /dev/"$disk" /run/mounted
	used $one disk-mounted "$disk is mounted on /run/mounted"
	used $two disk-held "$other is in use by an unknown holder (contents: jbd)"
	umount /run/mounted
	wipefs -qa /dev/"$disk" /dev/"$other"
	free $one $two
}

@test "an NVMe target, also when configfs is not mounted" {
	configfs
	local namespace=$configfs/nvmet/subsystems/nqn.test/namespaces/1
	mkdir -p ${namespace%/namespaces*}
	mkdir $namespace
	printf /dev/"$disk" >$namespace/device_path
	free $one
	echo 1 >$namespace/enable
	used $one disk-held "$disk is in use by NVMe target nqn.test/1"
	umount $configfs
	used $one disk-held "$disk is in use by NVMe target nqn.test/1"
	configfs
	echo 0 >$namespace/enable
	# The node has another name meanwhile.
	ln -s /dev/"$disk" /run/other
	printf /run/other >$namespace/device_path
	echo 1 >$namespace/enable
	rm /run/other
	[ "$(tool list -nro USE $one)" = unknown ]
	run_tool bind --dry-run $one
	status_is 3
	complains "NVMe target nqn.test/1: there is no /run/other [use-unknown]"
	echo 0 >$namespace/enable
	rmdir $namespace ${namespace%/namespaces*}
	free $one
}

@test "a SCSI target with a disk as a block device or as a file" {
	configfs
	local core=$configfs/target/core
	mkdir -p $core/iblock_0/test $core/fileio_0/test
	echo "udev_path=/dev/$disk" >$core/iblock_0/test/control
	echo 1 >$core/iblock_0/test/enable
	used $one disk-held "$disk is in use by"
	rmdir $core/iblock_0/test $core/iblock_0
	free $one
	echo "fd_dev_name=/dev/$disk,fd_dev_size=65536" >$core/fileio_0/test/control
	echo 1 >$core/fileio_0/test/enable
	used $one disk-held "$disk is in use by SCSI target fileio_0/test"
	rmdir $core/fileio_0/test
	mkdir $core/fileio_0/test
	ln -s /dev/"$disk" "/run/with a blank"
	echo "fd_dev_name=/run/with a blank,fd_dev_size=65536" >$core/fileio_0/test/control
	echo 1 >$core/fileio_0/test/enable
	used $one disk-held "$disk is in use by SCSI target fileio_0/test"
	rm "/run/with a blank"
	rmdir $core/fileio_0/test $core/fileio_0
	free $one
}

@test "zram that writes to a disk" {
	echo /dev/"$disk" >/sys/block/zram0/backing_dev
	used $one disk-held "$disk is in use by zram0"
	echo 1 >/sys/block/zram0/reset
	free $one
}

@test "a disk with several controllers is a disk of each, also through its generic node" {
	for node in /dev/"$head" /dev/ng"${head#nvme}"; do
		hold "$node"
		for device in "${shared[@]}"; do
			used "$device" device-held "$node is in use by process $holder (sleep)"
		done
		end_holder
	done
	mkfs.ext2 -q /dev/"$head"
	mount /dev/"$head" /run/mounted
	for device in "${shared[@]}"; do
		used "$device" disk-mounted "$head is mounted on /run/mounted"
	done
	umount /run/mounted
	free "${shared[@]}"
}

# Registers the file with an io_uring, and closes it.
register() { # FILE
	hold_python "$1" <<'PYTHON'
import ctypes, os, sys, time
call = ctypes.CDLL(None).syscall
ring = call(425, 4, ctypes.create_string_buffer(120))
disk = os.open(sys.argv[1], os.O_RDWR)
assert ring >= 0 and call(427, ring, 2, ctypes.byref(ctypes.c_int(disk)), 1) == 0
os.close(disk)
print("registered", flush=True)
time.sleep(600)
PYTHON
}

@test "a node that a process has registered with io_uring and closed" {
	register /dev/"$disk"
	used $one device-held "/dev/$disk is in use by process $holder (python3)"
	end_holder
	# A regular file there is none, also after its name is gone.
	for file in /dev/file /dev/shm/file; do
		touch $file
		register $file
		free $one
		[ $file = /dev/file ] || rm $file
		free $one
		end_holder
	done
	rm /dev/file
}

@test "a BAR that a process has mapped through /dev/mem" {
	read -r start _ <"/sys/bus/pci/devices/$edu/resource"
	hold_python "$start" <<'PYTHON'
import mmap, os, sys, time
memory = os.open("/dev/mem", os.O_RDWR | os.O_SYNC)
other = mmap.mmap(memory, 4096, offset=0xF0000, prot=mmap.PROT_READ)
bar = mmap.mmap(memory, 4096, offset=int(sys.argv[1], 16) + 4096)
print("mapped", flush=True)
time.sleep(600)
PYTHON
	used $edu device-held "the memory of a BAR, through /dev/mem, is in use by process $holder (python3)"
	end_holder
	free $edu $one
}

@test "a watchdog whose timer runs, also without a process" {
	modprobe i6300esb
	local watchdog
	watchdog=$(grep -l i6300ESB /sys/class/watchdog/*/identity | cut -d / -f 5)
	free 0000:00:0d.0
	# The process ends without a last V: the timer continues.
	echo . >/dev/"$watchdog"
	used 0000:00:0d.0 device-held "the timer of $watchdog is running: nothing would stop it from resetting the machine"
	echo V >/dev/"$watchdog"
	free 0000:00:0d.0
}

@test "memory that virtio-mem has added to the machine" {
	local device
	wait_until 60 grep -q "System RAM (virtio_mem)" /proc/iomem
	device=$(basename /sys/bus/pci/devices/$memory/virtio*)
	used $memory device-held "the kernel uses memory of $device"
	# The kernel gives all of it back, as no page of it is in use.
	echo auto-movable >/sys/module/memory_hotplug/parameters/online_policy
	qemu qom-set /machine/peripheral/memory requested-size 0
	wait_until 60 not grep -q "System RAM (virtio_mem)" /proc/iomem
	free $memory
}

@test "a device that reports a panic" {
	modprobe pvpanic-pci
	used 0000:00:0f.0 device-held "through it, pvpanic-pci reports a panic of the kernel to the host"
	rmmod pvpanic-pci
	free 0000:00:0f.0
	modprobe pvpanic-pci
}

@test "an algorithm of an accelerator" {
	udevadm settle
	modprobe virtio_crypto
	free 0000:00:10.0
	hold_python <<'PYTHON'
import socket, time
algorithm = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)
algorithm.bind(("skcipher", "virtio_crypto_aes_cbc"))
print("held", flush=True)
time.sleep(600)
PYTHON
	used 0000:00:10.0 device-held "algorithm virtio_crypto_aes_cbc of the device is in use"
	end_holder
	free 0000:00:10.0
}

@test "where a filesystem of the host is in use that no mount shows, whether a device is in use is unknown" {
	# The lower layer of the root filesystem.
	[ "$(tool list -nro USE 0000:00:1e.0)" = unknown ]
	run_tool bind --dry-run 0000:00:1e.0
	status_is 3
	complains "a filesystem of the host is in use that no mount shows [use-unknown]"
}

@test "a terminal of a virtio console" {
	free 0000:00:11.0
	hold /dev/hvc0
	used 0000:00:11.0 device-held "/dev/hvc0 is in use by process $holder (sleep)"
	end_holder
	free 0000:00:11.0
}

@test "a loop device on a path that is too long for sysfs" {
	local number
	number=$(<"/sys/class/block/$disk/dev")
	mkdir /run/deep
	(
		cd /run/deep
		for name in $(printf '%0200d ' {1..25}); do
			mkdir "$name"
			cd -P "$name"
		done
		mknod node b "${number%:*}" "${number#*:}"
		losetup /dev/loop3 ./node
	)
	used $one disk-held "$disk is in use by loop3"
	losetup --detach /dev/loop3
	rm -r /run/deep
	free $one
}

@test "a UIO node" {
	echo uio_pci_generic >/sys/bus/pci/devices/$edu/driver_override
	echo $edu >/sys/bus/pci/drivers/uio_pci_generic/bind
	udevadm settle
	hold /dev/uio0
	used $edu device-held "/dev/uio0 is in use by process $holder (sleep)"
	end_holder
	echo $edu >/sys/bus/pci/drivers/uio_pci_generic/unbind
	echo >/sys/bus/pci/devices/$edu/driver_override
	free $edu
}

@test "what is on USB is a use of the USB controller, also in another network namespace" {
	local stick usb0 thread
	stick=$(basename /sys/bus/pci/devices/$usb/usb*/*/*/host*/target*/*/block/*)
	mkfs.ext2 -q /dev/"$stick"
	mount /dev/"$stick" /run/mounted
	used $usb disk-mounted "$stick is mounted on /run/mounted"
	umount /run/mounted
	free $usb
	usb0=$(basename /sys/bus/pci/devices/$usb/usb*/*/*/net/*)
	ip link set "$usb0" up
	used $usb interface-up "network interface $usb0 is up"
	ip link set "$usb0" down
	ip netns add elsewhere
	ip link set "$usb0" netns elsewhere
	used $usb interface-elsewhere "network interface $usb0 is in the network namespace /run/netns/elsewhere"
	ip netns exec elsewhere ip link set "$usb0" netns 1
	ip netns delete elsewhere
	hold_asleep unshare --net sleep 60
	ip link set "$usb0" netns $holder
	used $usb interface-elsewhere "network interface $usb0 is in the network namespace of process $holder (sleep)"
	nsenter --target $holder --net ip link set "$usb0" netns 1
	end_holder
	# A namespace without a process and without a mount: an open file keeps it.
	ip netns add elsewhere
	ip link set "$usb0" netns elsewhere
	hold /run/netns/elsewhere
	ip netns delete elsewhere
	used $usb interface-elsewhere "network interface $usb0 is in the network namespace of process $holder (sleep)"
	nsenter --net=/proc/$holder/fd/0 ip link set "$usb0" netns 1
	end_holder
	free $usb
	# A namespace of a thread, of which the process has another one.
	hold_python <<'PYTHON'
import ctypes, threading, time
def run():
    ctypes.CDLL(None).unshare(0x40000000)  # CLONE_NEWNET
    print(threading.get_native_id(), flush=True)
    time.sleep(60)
threading.Thread(target=run).start()
PYTHON
	thread=$(<"$BATS_TEST_TMPDIR/holder")
	ip link set "$usb0" netns "$thread"
	used $usb interface-elsewhere "network interface $usb0 is in the network namespace of process $holder (python3)"
	nsenter --net=/proc/$holder/task/"$thread"/ns/net ip link set "$usb0" netns 1
	end_holder
	free $usb
	# A namespace that only another mount namespace shows.
	# shellcheck disable=SC2016 # the inner shell's
	hold_asleep unshare --mount --propagation private bash -c 'ip netns add elsewhere; ip link set "$0" netns elsewhere; exec sleep 60' "$usb0"
	used $usb interface-elsewhere "network interface $usb0 is in the network namespace /run/netns/elsewhere in the mount namespace of process $holder (sleep)"
	nsenter --target $holder --mount ip netns exec elsewhere ip link set "$usb0" netns 1
	end_holder
	rm /run/netns/elsewhere
	free $usb
}

# bats test_tags=slow
@test "a bonding master, 20,000 routes and a file on a user's FUSE make no device unknown" {
	modprobe bonding
	[ -f /sys/class/net/bonding_masters ]
	free $edu
	ip link add router type dummy
	ip address add 10.0.0.1/30 dev router
	ip link set router up
	for ((i = 0; i < 20000; i++)); do
		echo "route add 10.$((64 + i / 256)).$((i % 256)).0/24 dev router"
	done | ip -batch -
	free $edu
	ip link delete router
	modprobe fuse
	mkdir -p /run/fuse
	hold_python <<'PYTHON'
import ctypes, os, struct, time
fuse = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fuse},rootmode=40000,user_id=65534,group_id=65534".encode()
assert ctypes.CDLL(None).mount(b"test", b"/run/fuse", b"fuse", 6, options) == 0
if os.fork() == 0:
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    file = os.open("/run/fuse/file", os.O_RDONLY)
    print(f"/proc/{os.getpid()}/fd/{file}", flush=True)
    time.sleep(600)
def attributes(node):
    return struct.pack("<QQQQQQIIIIIIIIII", node, 0, 0, 0, 0, 0, 0, 0, 0, 0o40777 if node == 1 else 0o100666, 1, 65534, 65534, 0, 4096, 0)
while True:
    request = os.read(fuse, 1 << 18)
    _, operation, unique, node = struct.unpack("<IIQQ", request[:24])
    answers = {26: struct.pack("<IIIIHHIIHH", 7, 31, 4096, 0, 8, 8, 4096, 1, 1, 0) + bytes(32),  # INIT
        1: struct.pack("<QQQQII", 2, 0, 600, 600, 0, 0) + attributes(2),  # LOOKUP
        3: struct.pack("<QII", 600, 0, 0) + attributes(node),  # GETATTR
        14: struct.pack("<QII", 1, 0, 0)}  # OPEN
    answer = answers.get(operation)
    if operation != 2:  # FORGET
        os.write(fuse, struct.pack("<IiQ", 16 + len(answer or b""), 0 if answer else -38, unique) + (answer or b""))
PYTHON
	run ! stat -L "$(<"$BATS_TEST_TMPDIR/holder")"
	free $edu
	pkill -P $holder
	end_holder
	umount /run/fuse
	rmmod bonding
}

@test "a mapping at a low address, whose descriptor is closed, is a use" {
	local resource
	resource=$(ls -d /sys/bus/pci/devices/$edu/resource0)
	hold_python "$resource" <<'PYTHON'
import ctypes, os, sys, time
memory = ctypes.CDLL(None).mmap
memory.restype = ctypes.c_void_p
bar = os.open(sys.argv[1], os.O_RDWR | os.O_SYNC)
address = memory(ctypes.c_void_p(0x2000000), ctypes.c_size_t(4096), 3, 0x11, bar, ctypes.c_long(0))  # shared, fixed
os.close(bar)
print(hex(address), flush=True)
time.sleep(600)
PYTHON
	grep -q '^02000000-' /proc/$holder/maps
	used $edu device-held "resource0 is in use by process $holder (python3)"
	end_holder
	free $edu
}

@test "registers that are mapped through the sysfs of another network namespace" {
	ip netns add pod
	hold_with ip netns exec pod bash -c "mkdir -p /run/device && mount --bind /sys/bus/pci/devices/$edu/ /run/device &&
		exec python3 - /run/device/resource0" <<-'END'
		import mmap, os, sys, time
		registers = os.open(sys.argv[1], os.O_RDWR)
		memory = mmap.mmap(registers, 4096)
		os.close(registers)
		print("mapped", flush=True)
		time.sleep(600)
	END
	used $edu device-held "resource0 is in use by process $holder (python3)"
	end_holder
	ip netns delete pod
	free $edu
}

@test "registers of a device without a driver that the kernel uses" {
	local start
	read -r start _ <"/sys/bus/pci/devices/$edu/resource"
	modprobe ramoops mem_address="$start" mem_size=0x40000 record_size=0x10000 console_size=0x10000 ftrace_size=0 pmsg_size=0
	used $edu device-held "the kernel uses the device for ramoops:"
	rmmod ramoops
	free $edu
}

# bats test_tags=slow
@test "GPIO lines of a process that has closed the chip, and exported ones" {
	local chip
	modprobe gpio-pci-idio-16
	echo $nic >/sys/bus/pci/drivers/e1000e/unbind
	echo pci-idio-16 >/sys/bus/pci/devices/$nic/driver_override
	echo $nic >/sys/bus/pci/drivers/pci-idio-16/bind
	chip=$(basename /sys/bus/pci/devices/$nic/gpiochip*)
	hold_python "/dev/$chip" <<-'END'
		import fcntl, os, struct, sys, time
		chip, request = os.open(sys.argv[1], os.O_RDWR), bytearray(592)
		struct.pack_into("<Q", request, 288, 1 << 3)
		struct.pack_into("<I", request, 560, 1)
		fcntl.ioctl(chip, 0xC250B407, request)
		os.close(chip)
		print("held", flush=True)
		time.sleep(600)
	END
	used $nic device-held "$chip is in use by process $holder (python3)"
	end_holder
	free $nic
	if [ -e /sys/class/gpio/export ]; then
		cat /sys/bus/pci/devices/$nic/gpio/gpiochip*/base >/sys/class/gpio/export
		used $nic device-held "the kernel uses the device for GPIO line "
		cat /sys/bus/pci/devices/$nic/gpio/gpiochip*/base >/sys/class/gpio/unexport
	fi
	echo $nic >/sys/bus/pci/drivers/pci-idio-16/unbind
	echo >/sys/bus/pci/devices/$nic/driver_override
	echo $nic >/sys/bus/pci/drivers/e1000e/bind
	rmmod gpio_pci_idio_16
	free $nic
}

# bats test_tags=slow
@test "a node that sysfs does not show is a node of the devices of the driver that registered its number" {
	local major raid=0000:00:12.0
	modprobe megaraid_sas
	[ "$(driver_of $raid)" = megaraid_sas ]
	free $raid
	major=$(awk '$2 == "megaraid_sas_ioctl" { print $1 }' /proc/devices)
	run ! grep -q . /sys/dev/char/"$major":*
	mknod /run/raid c "$major" 0
	hold /run/raid write
	used $raid device-held "/run/raid is in use by process $holder (sleep)"
	end_holder
	rm /run/raid
	free $raid
}

@test "an ordinary user's files, mounts and paths make no device used or unknown, and open no node" {
	mkdir -p /run/user1/d
	mount -t tmpfs none /run/user1/d
	chmod 777 /run/user1/d
	modprobe i6300esb
	local watchdog
	watchdog=$(grep -l i6300ESB /sys/class/watchdog/*/identity | cut -d / -f 5)
	hold_python "$edu" "$watchdog" <<'PYTHON'
import ctypes, mmap, os, sys, time
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
edu, watchdog = sys.argv[1:]
os.chdir("/run/user1/d")
# A file with the name of an attribute, one that is mapped with the name of a VFIO device, and one with a path that is too long.
os.mkdir(edu)
attribute = os.open(f"{edu}/config", os.O_RDWR | os.O_CREAT)
named = os.open("anon_inode:[vfio-device]", os.O_RDWR | os.O_CREAT)
os.truncate(named, 4096)
mapping = mmap.mmap(named, 4096)
for _ in range(20):
    os.mkdir("x" * 250)
    os.chdir("x" * 250)
deep = os.open("file", os.O_RDWR | os.O_CREAT)
os.chdir("/run/user1/d")
# In a user namespace: a filesystem with the source of a disk, and a link to a watchdog in place of a namespace.
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(4, 1) == 0  # PR_SET_DUMPABLE: /proc/self is the user's again
user = os.getuid()
assert libc.unshare(0x10000000 | 0x20000) == 0, ctypes.get_errno()
for name, text in ("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {user} 1"):
    with open(f"/proc/self/{name}", "w") as file:
        file.write(text)
os.mkdir("m")
assert libc.mount(b"/dev/nvme0n1", b"m", b"tmpfs", 0, None) == 0, ctypes.get_errno()
os.mkdir("n")
open("n/w", "w").close()
assert libc.mount(b"/proc/self/ns/uts", b"n/w", None, 4096, None) == 0, ctypes.get_errno()
assert libc.mount(b"x", b"n", b"tmpfs", 0, None) == 0, ctypes.get_errno()
os.symlink(f"/dev/{watchdog}", "n/w")
print("ready", flush=True)
time.sleep(600)
PYTHON
	grep -q "nsfs" /proc/$holder/mountinfo
	free $edu $one $two $usb
	[ "$(</sys/class/watchdog/"$watchdog"/state)" = inactive ]
	end_holder
	umount /run/user1/d
}

# bats test_tags=slow
@test "a process with very many descriptors is not taken for a stuck one" {
	hold_python <<'PYTHON'
import os, resource, time
resource.setrlimit(resource.RLIMIT_NOFILE, (300000, 300000))
file = os.open("/run/many", os.O_RDWR | os.O_CREAT)
for _ in range(250000):
    os.dup(file)
print("ready", flush=True)
time.sleep(600)
PYTHON
	[ "$(tool list -nro USE $edu)" = free ]
	end_holder
}

@test "where /proc lacks what the kernel uses, whether a device is in use is unknown" {
	free $edu
	unshare --mount sh -c "mount -t proc -o subset=pid proc /proc && $VFIONOIOMMU list -nro USE $edu" >/run/answer
	[ "$(</run/answer)" = unknown ]
}

@test "our own network namespace, where /sys shows another one, and the initial one from a container" {
	local usb0
	usb0=$(basename /sys/bus/pci/devices/$usb/usb*/*/*/net/*)
	ip netns add pod
	free $usb
	ip link set "$usb0" netns pod
	[[ $(nsenter --net=/run/netns/pod "$VFIONOIOMMU" list -nro USE $usb) = used:* ]]
	ip -n pod link set "$usb0" netns 1
	free $usb $nic
	# A card that is down in the initial namespace is free from there, too; one that is up is not.
	ip netns exec pod "$VFIONOIOMMU" list -nro USE $nic >/run/answer
	[ "$(</run/answer)" = free ]
	ip link set "$(interface_of $nic)" up
	ip netns exec pod "$VFIONOIOMMU" list -nro USE $nic >/run/answer
	[[ $(</run/answer) = used:* ]]
	ip link set "$(interface_of $nic)" down
	ip netns delete pod
}

# bats test_tags=slow
@test "the common node of random numbers, a balloon" {
	local random=0000:00:13.0 balloon=0000:00:14.0
	modprobe -a virtio_rng virtio_balloon
	[[ $(</sys/class/misc/hw_random/rng_current) = virtio_rng* ]]
	free $random $balloon
	hold /dev/hwrng
	used $random device-held "/dev/hwrng is in use by process $holder (sleep)"
	end_holder
	free $random
	qemu balloon 900
	wait_until 60 grep -q "^balloon_inflate [1-9]" /proc/vmstat
	used $balloon device-held "the kernel uses the device for memory that the host has taken back (balloon)"
}
