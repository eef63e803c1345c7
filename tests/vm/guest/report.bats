#!/usr/bin/env bats
# tier: all
# kernels: case3
# more: linux6.1
#
# Commands print the same for a real machine and for its report, unpacked and read with --sysroot.

load guest

setup_file() {
	modprobe nvme
	modprobe e1000e
	disk=$(disk_of $nvme)
	udevadm settle
	mkfs.ext2 -q "/dev/$disk"
	mkdir -p /run/mounted
	mount "/dev/$disk" /run/mounted
	interface=$(interface_of $nic)
	ip link add br0 type bridge 2>/dev/null && ip link set "$interface" master br0 || true
	ip link set "$interface" up
	ip address add 192.0.2.1/24 dev "$interface"
	"$VFIONOIOMMU" enable
	"$VFIONOIOMMU" bind 0000:00:06.0
}

teardown_file() {
	ip link delete br0
	ip address flush dev "$(interface_of $nic)"
	umount /run/mounted 2>/dev/null || true
}

# Creates a report with this command, and unpacks it to /tmp/NAME.
report() { # NAME COMMAND...
	local name=$1
	shift
	rm -rf "/tmp/$name" "/tmp/$name.d" "/tmp/$name.tar"
	mkdir -m 777 "/tmp/$name.d"
	"$@" "/tmp/$name.d/tar"
	mkdir "/tmp/$name"
	tar -xf "/tmp/$name.d/tar" -C "/tmp/$name"
}

# Addresses and routes come from netlink, not from files, and a report has nothing of the processes.
files_only='del(.devices[]?.uses[]? | select(.kind == "address" or .kind == "route")) |
	def of_processes: .kind == "process" or .object == "/proc/*/fd";
	(.devices[]? | select(any(.uses[]?; of_processes))) |=
		(del(.uses[] | select(of_processes)) |
			if .uses == [] and (.use | IN("used", "unknown")) then .use = "free" else . end)'

# Compares the output for the machine and for its report.
same() { # NAME COMMAND...
	local name=$1 words
	shift
	for words in "list --all" status matrix taint; do
		keep "$@" $words --json | jq "$files_only" >/tmp/live
		keep "$@" $words --json --sysroot "/tmp/$name" | jq "$files_only" >/tmp/recorded
		[ -s /tmp/recorded ]
		diff /tmp/live /tmp/recorded
	done
}

@test "commands print the same for the machine and for its report" {
	report machine "$VFIONOIOMMU" report
	same machine "$VFIONOIOMMU"
	run_tool status --json --sysroot /tmp/machine
	[ "$(tainted)" -eq 64 ]
	jq -e --argjson taint "$(</proc/sys/kernel/tainted)" '.host.taint == $taint and .kernel_taint.vfio_noiommu and .host.modules != null' <<<"$output"
	run_tool list --all --json --sysroot /tmp/machine
	jq -e '[.devices[].uses[]? | .kind] | index("mount") and index("up")' <<<"$output"
	jq -e '.devices[] | select(.address == "0000:00:06.0") | .group.present' <<<"$output"
}

@test "--dry-run prints the same for the machine and for its report" {
	for words in "bind --dry-run $nic" "bind --dry-run $edu" "unbind --dry-run --all" "enable --dry-run" "disable --dry-run"; do
		run_tool $words --json
		here=$(jq 'del(.findings[] | select(.id == "interface-address" or .id == "interface-route"))' <<<"$output") code=$status
		run_tool $words --json --sysroot /tmp/machine
		[ "$(jq . <<<"$output")" = "$here" ]
		[ "$status" -eq "$code" ]
	done
}

@test "a report has no serial number, no MAC address, and only the taint messages of the log" {
	not grep -riE '52:?54:?00|TOPSECRET' /tmp/machine /tmp/machine.d/tar
	[ -z "$(find /tmp/machine -iname '*525400*')" ]
	not grep -q 'Linux version' /tmp/machine/dev/kmsg
	grep -q 'Adding kernel taint' /tmp/machine/dev/kmsg
	[ -z "$(find /tmp/machine/sys -name config -size +1)" ]
}

@test "report --include-sensitive includes the log" {
	tool report --quiet --include-sensitive - | tar -xOf - dev/kmsg | grep -q 'Linux version'
}

@test "report changes nothing on the machine" {
	before=$(machine; find /sys/module -maxdepth 1 | sort; cat /proc/sys/kernel/tainted)
	tool report --quiet - >/dev/null
	[ "$(machine; find /sys/module -maxdepth 1 | sort; cat /proc/sys/kernel/tainted)" = "$before" ]
}

@test "the report of an unprivileged user marks files that this user cannot read" {
	sysctl -q kernel.dmesg_restrict=1
	run --separate-stderr report user "${as_user[@]}" "$VFIONOIOMMU" report
	status_is 0
	complains "could not be read, and are marked so in the archive"
	# The reason differs for the log and for a file.
	files_only="$files_only | del(.kernel_taint.reason?)"
	same user "${as_user[@]}" "$VFIONOIOMMU"
	keep "${as_user[@]}" "$VFIONOIOMMU" list --all --json --sysroot /tmp/user >/tmp/recorded
	jq -e --arg edu $edu '.devices[] | select(.address == $edu) | .driver == "vfio-pci"' /tmp/recorded
	sysctl -q kernel.dmesg_restrict=0
}

@test "a machine with no VFIO module loaded is reported" {
	tool unbind $edu
	tool disable
	rmmod vfio_pci
	report bare "$VFIONOIOMMU" report
	same bare "$VFIONOIOMMU"
}

@test "only --include-sensitive adds the serial number of a persistent binding" {
	umount /run/mounted
	ip link set "$(interface_of $nic)" down
	tool bind --enable --persistent --force $nic
	run_tool list --json $nic
	jq -e '.devices[0].persistent.same_card' <<<"$output"
	grep -q SERIAL= /etc/vfionoiommu.d/$nic
	report full "$VFIONOIOMMU" report --include-sensitive
	same full "$VFIONOIOMMU"
	report stored "$VFIONOIOMMU" report
	not grep -rqE '52-?54-?00|525400' /tmp/stored
	# In the format of the configuration space.
	LC_ALL=C grep -rqaP '\xff\xff\x00\x54\x52' /tmp/full
	LC_ALL=C not grep -rqaP '\xff\xff\x00\x54\x52' /tmp/stored
	files_only="$files_only | del(.devices[]?.persistent.same_card?)"
	same stored "$VFIONOIOMMU"
}
