#!/usr/bin/env bats
# tier: all
# kernels: debian
# boot: --device e1000e,addr=4,romfile=,netdev=client --device edu,addr=6 --device e1000e,addr=8,romfile=,netdev=server --qemu -netdev --qemu hubport,id=client,hubid=0 --qemu -netdev --qemu hubport,id=server,hubid=0
#
# The kernel's sessions with a server are a use of the network card that they are routed over, and packet sockets of processes
# are a use of the card that they are bound to, as XDP programs are. The server is in a network namespace of its own, behind the
# second card. This kernel has no noiommu mode, so bind is refused for that, too.

load guest

setup_file() {
	modprobe -a e1000e nfs nfsv3
	udevadm settle
	client=$(interface_of $nic) server=$(interface_of 0000:00:08.0)
	export client server
	mkdir -p /run/mounted
	ip netns add server
	ip link set "$server" netns server
	ip -n server address add 192.0.2.2/24 dev "$server"
	ip -n server link set "$server" up
	ip address add 192.0.2.1/24 dev "$client"
	ip link set "$client" up
	ip netns exec server "$BATS_TEST_DIRNAME/nfs-server" 2049 3>&- &
	echo $! >/run/server
	wait_until 60 eval "ip netns exec server ss -lnt | grep -q :2049"
}

teardown_file() {
	kill "$(</run/server)"
	ip -n server link set "$server" netns 1
	ip netns delete server
	ip address flush dev "$client"
	ip link set "$client" down
	umount /run/netns
}

mount_nfs() { # soft|hard,noac
	mount -i -t nfs -o "nfsvers=3,nolock,proto=tcp,port=2049,mountproto=tcp,mountport=2049,addr=192.0.2.2,mountaddr=192.0.2.2,$1" \
		192.0.2.2:/shared /run/mounted
}

@test "a mount of a server is a use of the interface that routes to it" {
	local session="$nic: network interface $client carries the route to the server of /run/mounted"
	run_tool bind --dry-run $nic
	not grep -q "carries the route to the server" <<<"$stderr"
	mount_nfs soft
	run_tool bind --dry-run $nic
	status_is 3
	complains "$session [interface-route]"
	complains "hint: umount /run/mounted"
	[[ $(tool list -nro USE $nic) = used:* ]]
	umount /run/mounted
}

@test "a mount of a server that is reached over a bridge is a use of the card below it" {
	ip link add above type bridge
	ip address flush dev "$client"
	ip link set "$client" master above
	ip address add 192.0.2.1/24 dev above
	ip link set above up
	mount_nfs soft
	run_tool bind --dry-run $nic
	umount /run/mounted
	ip link delete above
	ip address add 192.0.2.1/24 dev "$client"
	complains "$nic: network interface $client carries the route to the server of /run/mounted [interface-route]"
}

@test "a mount of a server in another mount namespace names a process of it" {
	hold_asleep unshare --mount bash -c "$(declare -f mount_nfs); mount_nfs soft && exec sleep 600"
	run_tool bind --dry-run $nic
	complains "$nic: network interface $client carries the route to the server of /run/mounted in the mount namespace of process $holder (sleep) [interface-route]"
	complains "hint: nsenter --target $holder --mount umount /run/mounted"
	end_holder
}

@test "a process that is stuck in the kernel makes the uses unknown, and does not hold up a run" {
	mount_nfs hard,noac
	# Its mmap waits for the server, with the lock that /proc/PID/maps needs.
	hold_python "$(</run/server)" <<'PYTHON'
import ctypes, os, signal, sys
file = open("/run/mounted/file")
os.kill(int(sys.argv[1]), signal.SIGSTOP)
print("held", flush=True)
ctypes.CDLL(None).mmap(None, ctypes.c_size_t(4096), 1, 1, file.fileno(), ctypes.c_long(0))
PYTHON
	wait_until 60 grep -q "^State:.D" /proc/$holder/status
	run_tool bind --dry-run $edu
	status_is 3
	complains "$edu: cannot determine whether the device is in use: process $holder (python3): the kernel does not show what it has open: it may be stuck [use-unknown]"
	run_tool bind --dry-run $nic
	complains "$nic: network interface $client carries the route to the server of /run/mounted"
	kill -CONT "$(</run/server)"
	wait $holder
	umount /run/mounted
	[ "$(tool list -nro USE $edu)" = free ]
}

@test "a file on a server that does not answer, exported but not enabled, makes no device unknown" {
	local subsystem=/sys/kernel/config/nvmet/subsystems/file
	modprobe nvmet
	mount -t configfs configfs /sys/kernel/config
	mkdir $subsystem && mkdir $subsystem/namespaces/1
	mount_nfs hard,noac
	printf /run/mounted/file >$subsystem/namespaces/1/device_path
	kill -STOP "$(</run/server)"
	[ "$(tool list --all -nro USE $edu)" = free ]
	run_tool bind --dry-run $nic
	complains "$nic: network interface $client carries the route to the server of /run/mounted"
	not complains use-unknown
	kill -CONT "$(</run/server)"
	umount /run/mounted
	rmdir $subsystem/namespaces/1 $subsystem
	umount /sys/kernel/config
	rmmod nvmet
}

# An NVMe target behind the server: a disk in memory, exported over TCP.
serve_nvme() {
	local subsystem=/sys/kernel/config/nvmet/subsystems/disk port=/sys/kernel/config/nvmet/ports/1
	modprobe -a brd nvmet nvmet-tcp nvme-tcp
	mount -t configfs configfs /sys/kernel/config
	mkdir -p $subsystem/namespaces/1 $port
	echo 1 >$subsystem/attr_allow_any_host
	echo /dev/ram0 >$subsystem/namespaces/1/device_path
	echo 1 >$subsystem/namespaces/1/enable
	echo tcp >$port/addr_trtype
	echo ipv4 >$port/addr_adrfam
	echo 192.0.2.2 >$port/addr_traddr
	echo 4420 >$port/addr_trsvcid
	# Without the other sysfs of ip-netns(8).
	nsenter --net=/run/netns/server ln -s $subsystem $port/subsystems/disk
}

end_nvme() {
	rm /sys/kernel/config/nvmet/ports/1/subsystems/disk
	rmdir /sys/kernel/config/nvmet/ports/1 /sys/kernel/config/nvmet/subsystems/disk/{namespaces/1,}
	rmmod nvme-tcp nvmet-tcp nvmet brd
	umount /sys/kernel/config
}

@test "an NVMe controller over TCP is a use of the interface that routes to it" {
	serve_nvme
	[[ $(tool list -nro USE $nic) = used:* ]]
	echo transport=tcp,traddr=192.0.2.2,trsvcid=4420,nqn=disk,hostnqn=client,hostid=9c1e6b0a-0f4c-4d3c-9a35-2f3f8a3a2c11 >/dev/nvme-fabrics
	controller=$(basename /sys/class/nvme-fabrics/ctl/nvme*)
	run_tool bind --dry-run $nic
	status_is 3
	complains "$nic: network interface $client carries the route to the disks of $controller [interface-route]"
	complains "hint: lsblk; nvme disconnect -d $controller"
	echo 1 >/sys/class/nvme/$controller/delete_controller
	run_tool bind --dry-run $nic
	not grep -q "carries the route to the disks" <<<"$stderr"
	end_nvme
}

@test "an iSCSI session is a use of the interface that routes to its server, connected or not" {
	modprobe iscsi_tcp
	mkfifo /run/iscsi
	for state in connected lost; do
		"$BATS_TEST_DIRNAME/iscsi-session" 192.0.2.2 2049 $state >/run/session </run/iscsi 3>&- &
		holder=$!
		exec 4>/run/iscsi
		wait_until 60 [ -s /run/session ]
		run_tool bind --dry-run $nic
		status_is 3
		complains "$nic: network interface $client carries the route to the disks of iSCSI session $(</run/session) [interface-route]"
		not grep -q -e "TCP connection of the kernel" -e "use-unknown" <<<"$stderr"
		exec 4>&-
		wait $holder
		run_tool bind --dry-run $nic
		not grep -q "iSCSI" <<<"$stderr"
	done
	rmmod iscsi_tcp libiscsi_tcp libiscsi scsi_transport_iscsi
}

@test "a TCP connection that only the kernel has is a use of the interface, that of a process is not" {
	modprobe nbd
	for owner in process kernel; do
		# NBD_SET_SOCK gives the connection to the kernel.
		hold_python $owner <<'PYTHON'
import fcntl, os, socket, sys, time
connection = socket.create_connection(("192.0.2.2", 2049))
disk = os.open("/dev/nbd0", os.O_RDWR)
if sys.argv[1] == "kernel":
    fcntl.ioctl(disk, 0xAB00, connection.fileno())
    connection.close()
print("connected", flush=True)
time.sleep(600)
PYTHON
		run_tool bind --dry-run $nic
		if [ $owner = kernel ]; then
			complains "$nic: network interface $client carries a TCP connection of the kernel to 192.0.2.2, as for NBD, Ceph or DRBD [interface-route]"
		else
			not grep -q "TCP connection" <<<"$stderr"
		fi
		end_holder
	done
	# udevd reads a disk that was closed.
	udevadm settle
	rmmod nbd
}

# An NBD server with a disk in memory, and a client as nbd-client without netlink.
serve_nbd() {
	cat >/run/nbd.py <<'PYTHON'
import fcntl, os, socket, struct, sys, time
if sys.argv[1] == "server":
    disk = bytearray(4 << 20)
    listener = socket.create_server(("192.0.2.2", 10809))
    open("/run/nbd-listens", "w").close()
    stream = listener.accept()[0].makefile("rwb")
    while header := stream.read(28):
        magic, kind, handle, start, length = struct.unpack(">II8sQI", header)
        if kind == 2:
            break
        stream.write(struct.pack(">II8s", 0x67446698, 0, handle))
        if kind == 1:
            disk[start:start + length] = stream.read(length)
        elif kind == 0:
            stream.write(disk[start:start + length])
        stream.flush()
else:
    connection = socket.create_connection(("192.0.2.2", 10809))
    disk = os.open("/dev/nbd0", os.O_RDWR)
    fcntl.ioctl(disk, 0xAB01, 4096)  # NBD_SET_BLKSIZE
    fcntl.ioctl(disk, 0xAB07, 1024)  # NBD_SET_SIZE_BLOCKS
    fcntl.ioctl(disk, 0xAB00, connection.fileno())  # NBD_SET_SOCK
    print("connected", flush=True)
    fcntl.ioctl(disk, 0xAB03)  # NBD_DO_IT
PYTHON
	ip netns exec server python3 /run/nbd.py server 3>&- &
	wait_until 60 [ -e /run/nbd-listens ]
}

@test "what is mounted from an NBD disk is named, also if a process keeps its connection" {
	modprobe nbd
	serve_nbd
	hold_python client </run/nbd.py
	wait_until 60 [ -e /sys/block/nbd0/pid ]
	mkfs.ext2 -q /dev/nbd0
	mount /dev/nbd0 /run/mounted
	run_tool bind --dry-run $nic
	umount /run/mounted
	# NBD_DISCONNECT
	python3 -c 'import fcntl, os; fcntl.ioctl(os.open("/dev/nbd0", os.O_RDWR), 0xAB08)'
	wait $holder || true
	status_is 3
	complains "$nic: network interface $client carries the route to the server of /run/mounted [interface-route]"
	udevadm settle
	rmmod nbd
}

@test "a packet socket of a process is a use of the interface that it is bound to, also while that is down" {
	ip address flush dev "$client"
	ip link set "$client" down
	udevadm settle
	[ "$(tool list -nro USE $nic)" = free ]
	for interface in "$client" any; do
		hold_python "$interface" <<'PYTHON'
import socket, sys, time
packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x300)
if sys.argv[1] != "any":
    packets.bind((sys.argv[1], 0x300))
print("open", flush=True)
time.sleep(600)
PYTHON
		run_tool bind --dry-run $nic
		if [ "$interface" = any ]; then
			not grep "packet socket" <<<"$stderr"
			[ "$(tool list -nro USE $nic)" = free ]
		else
			complains "$nic: a packet socket of $client is in use by process $holder (python3) [device-held]"
			[[ $(tool list -nro USE $nic) = used:* ]]
		fi
		end_holder
	done
}

@test "where the packet sockets cannot be read, whether a device is in use is unknown" {
	ip address flush dev "$client"
	ip link set "$client" down
	run --separate-stderr disturbed openat,openat2 error=EACCES proc/net/packet -- bind --dry-run $nic
	grep -q INJECTED /tmp/strace
	status_is 3
	complains "$nic: cannot determine whether the device is in use: /proc/net/packet: Permission denied [use-unknown]"
}

@test "a macvlan or VLAN of a container is a use of the card below it, also while that is down" {
	ip address flush dev "$client"
	ip link set "$client" down
	for kind in macvlan ipvlan "vlan id 5" "vxlan id 5 group 239.1.1.1 dstport 4789 dev $client"; do
		# shellcheck disable=SC2086 # the options of the kind
		ip link add link "$client" name above type $kind
		ip link set above netns server
		run_tool bind --dry-run $nic
		complains "$nic: network interface above (over $client) is in the network namespace /run/netns/server [interface-elsewhere]"
		[[ $(tool list -nro USE $nic) = used:* ]]
		ip -n server link delete above
		[ "$(tool list -nro USE $nic)" = free ]
	done
}

@test "an XDP program is a use of the interface that it is attached to, also while that is down" {
	ip address flush dev "$client"
	ip link set "$client" down
	mount -t bpf bpf /sys/fs/bpf
	# BPF_PROG_LOAD of "return XDP_PASS", and BPF_OBJ_PIN.
	python3 - <<'PYTHON'
import ctypes, struct
bpf = lambda command, text: ctypes.CDLL(None).syscall(321, command, text, len(text))
address = lambda text: ctypes.cast(text, ctypes.c_void_p).value
code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xB7, 0, 0, 2, 0x95, 0, 0, 0))
license = ctypes.create_string_buffer(b"GPL")
program = bpf(5, struct.pack("<IIQQ", 6, 2, address(code), address(license)) + bytes(24))
path = ctypes.create_string_buffer(b"/sys/fs/bpf/pass")
assert program >= 0 and bpf(6, struct.pack("<QII", address(path), program, 0)) == 0
PYTHON
	[ "$(tool list -nro USE $nic)" = free ]
	ip link set dev "$client" xdpgeneric pinned /sys/fs/bpf/pass
	run_tool bind --dry-run $nic
	complains "$nic: network interface $client has an XDP program attached [device-held]"
	[[ $(tool list -nro USE $nic) = used:* ]]
	ip link set "$client" xdp off
	[ "$(tool list -nro USE $nic)" = free ]
	umount /sys/fs/bpf
}
