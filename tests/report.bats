#!/usr/bin/env bats
# vfionoiommu report: the archive, and the output file. For the content on a real machine see tests/vm/guest/report.bats.

load helper

setup() {
	machine=$BATS_TEST_DIRNAME/machines/case3-bound
	cd "$BATS_TEST_TMPDIR" || exit 1
	mkdir out
}

@test "commands print the same for a recorded machine and for its report" {
	for name in "$BATS_TEST_DIRNAME"/machines/*/; do
		rm -rf machine machine.tar
		mkdir machine
		run_tool report --sysroot "$name" machine.tar
		status_is 0
		tar -xf machine.tar -C machine
		for words in "list --all" status matrix taint; do
			tool $words --json --sysroot "$name" >here || true
			tool $words --json --sysroot machine | diff here -
		done
	done
}

@test "the report of a report is identical" {
	tool report --quiet --sysroot "$machine" one.tar
	mkdir machine
	tar -xf one.tar -C machine
	tool report --quiet --sysroot machine two.tar
	cmp one.tar two.tar
}

@test "commands print the same for this machine and its report, except for network addresses, routes and processes" {
	mkdir machine
	run_tool report machine.tar
	status_is 0
	tar -xf machine.tar -C machine
	# Root can read the record of a file that could not be read here, and finds it empty: the reason differs.
	# A container may have a read-only /sys, which no file shows.
	files_only='del(.devices[]?.uses[]? | select(.kind == ("address", "route", "process", "unknown"))) |
		del(.findings[]? | select(.id == "sysfs-read-only")) |
		del(.devices[]?.use, .kernel_taint.reason?)'
	for words in "list --all" status matrix taint; do
		tool $words --json | jq "$files_only" >here
		tool $words --json --sysroot machine | jq "$files_only" | diff here -
	done
}

@test "FILE is readable by its owner only, and no temporary file is left" {
	run_tool report --sysroot "$machine" out/machine.tar
	status_is 0
	[ -z "$output" ]
	[ "$(stat -c %a out/machine.tar)" = 600 ]
	[ "$(ls -A out)" = machine.tar ]
	run_tool report --quiet --sysroot "$machine" out/other.tar
	status_is 0
	[ -z "$output$stderr" ]
}

@test "without FILE, or with -, the report goes to standard output" {
	tool report --sysroot "$machine" >one.tar
	tool report --sysroot "$machine" - | cmp one.tar -
	tool report --quiet --sysroot "$machine" two.tar
	cmp one.tar two.tar
}

@test "FILE that exists is not replaced: a file, a folder, a FIFO, a device, a dangling link" {
	echo mine >out/file
	mkdir out/folder
	mkfifo out/fifo
	ln -s nowhere out/link
	run_tool report --sysroot "$machine" out/file
	status_is 1
	complains "out/file: already exists; remove it, or name another FILE"
	for name in out/folder out/folder/ .; do
		run_tool report --sysroot "$machine" $name
		status_is 1
		complains "$name: could not be written: Is a directory"
	done
	# The message does not suggest removing these.
	for name in out/fifo out/link /dev/full /dev/null /dev/stdout; do
		run_tool report --sysroot "$machine" $name
		status_is 1
		complains "$name: could not be written: not a regular file"
	done
	[ "$(cat out/file)" = mine ]
	[ "$(ls -A out | tr '\n' ' ')" = "fifo file folder link " ]
}

@test "a full disk is an error, and no file is left" {
	run bash -c "$VFIONOIOMMU report --sysroot $machine >/dev/full"
	status_is 1
	[[ "$output" == *"No space left on device"* ]]
	run bash -c "ulimit -f 8; trap '' XFSZ; exec $VFIONOIOMMU report --sysroot $machine out/machine.tar"
	status_is 1
	[[ "$output" == *"File too large"* ]]
	[ -z "$(ls -A out)" ]
}

# bats test_tags=native
# The other user would run a copy of the wrapper.
@test "a folder without write permission is an error" {
	[ "$(id -u)" -eq 0 ] || skip "must be root to become another user"
	chmod 755 out "$BATS_TEST_TMPDIR"
	cp "$VFIONOIOMMU" /tmp/vfionoiommu.$$
	run "${as_user[@]}" /tmp/vfionoiommu.$$ report out/machine.tar
	rm /tmp/vfionoiommu.$$
	status_is 1
	[[ "$output" == *"Permission denied"* ]]
	[ -z "$(ls -A out)" ]
}

# bats test_tags=native
# valgrind itself writes and catches signals.
@test "an interrupted report leaves no file" {
	run strace -qq -o /dev/null -e trace=fsync -e inject=fsync:signal=TERM "$VFIONOIOMMU" report --sysroot "$machine" out/machine.tar
	[ "$(ls -A out)" = machine.tar ]
	rm out/machine.tar
	run strace -qq -o /dev/null -e trace=write -e inject=write:signal=TERM:when=1 "$VFIONOIOMMU" report --sysroot "$machine" out/machine.tar
	status_is 1
	[[ "$output" == *"Interrupted system call"* ]]
	[ -z "$(ls -A out)" ]
}

@test "private data is only included with --include-sensitive" {
	cp -r "$machine" private
	mkdir -p private/etc/modprobe.d private/proc/self private/proc/sys/kernel private/dev
	echo "root=/dev/secret vfio.enable_unsafe_noiommu_mode=1" >private/proc/cmdline
	echo "options secret x=1" >private/etc/modprobe.d/a.conf
	echo "6,0,1,-;secret" >private/dev/kmsg
	echo "1 1 0:1 / / rw - nfs secret:/ rw,addr=secret" >private/proc/self/mountinfo
	head -c 4096 /dev/zero | tr '\0' s >private/sys/bus/pci/devices/0000:00:04.0/config
	# The tool searches this one for the serial number.
	head -c 4096 /dev/zero | tr '\0' t >private/sys/bus/pci/devices/0000:00:06.0/config
	mkdir private/etc/vfionoiommu.d
	printf 'ADDRESS=%s\nPCI_ID=%s\nPCI_SUBSYS_ID=%s\nSERIAL=secret\n' 0000:00:06.0 \
		"$(sed -n 's/^PCI_ID=//p; ' private/sys/bus/pci/devices/0000:00:06.0/uevent)" \
		"$(sed -n 's/^PCI_SUBSYS_ID=//p' private/sys/bus/pci/devices/0000:00:06.0/uevent)" \
		>private/etc/vfionoiommu.d/0000:00:06.0
	tool report --quiet --sysroot private a.tar
	tool report --quiet --sysroot private --include-sensitive b.tar
	not grep -q secret a.tar
	mkdir a b
	tar -xf a.tar -C a
	tar -xf b.tar -C b
	[ "$(cat a/proc/cmdline)" = "vfio.enable_unsafe_noiommu_mode=1 " ]
	for file in proc/cmdline etc/vfionoiommu.d/0000:00:06.0 sys/bus/pci/devices/0000:00:06.0/config etc/modprobe.d/a.conf dev/kmsg proc/self/mountinfo; do
		cmp private/$file b/$file
	done
	[ "$(stat -Lc %s a/sys/bus/pci/devices/0000:00:06.0/config)" -eq 64 ]
	# Of a device only the bytes that all users can read.
	[ "$(stat -Lc %s {a,b}/sys/bus/pci/devices/0000:00:04.0/config | tr '\n' ' ')" = "16 16 " ]
	run_tool list --json --sysroot a 00:06.0
	jq -e '.devices[0].persistent | .usable and .same_card == null' <<<"$output"
	tool list --json --sysroot private 00:06.0 >here
	tool list --json --sysroot b 00:06.0 | diff here -
}

@test "interface names with a MAC address are replaced by numbers" {
	cp -r "$machine" named
	device=../../devices/pci0000:00/0000:00:06.0/net
	for mac in 525400abcdef 525400abcdee; do
		mkdir -p named/sys/devices/pci0000:00/0000:00:06.0/net/enx$mac
		echo 0x1003 >named/sys/devices/pci0000:00/0000:00:06.0/net/enx$mac/flags
		ln -s $device/enx$mac named/sys/class/net/enx$mac
	done
	tool report --quiet --sysroot named a.tar
	not grep -q 525400 a.tar
	mkdir a
	tar -xf a.tar -C a
	for words in "list --all" status; do
		tool $words --json --sysroot named | sed 's/525400abcdee/000000000001/; s/525400abcdef/000000000002/' >here
		tool $words --json --sysroot a | diff here -
	done
	grep -q enx000000000002 <<<"$(tool list --all --json --sysroot a)"
	tool report --quiet --sysroot named --include-sensitive - | grep -q enx525400abcdef
}

@test "report follows no link out of the machine, and no link loop" {
	cp -r "$machine" odd
	ln -s circle odd/etc
	ln -s etc odd/circle
	rm -rf odd/boot
	ln -s ../../../../../etc odd/boot
	rm -rf odd/run
	ln -s /../sys/class odd/run
	run_tool report --sysroot odd machine.tar
	status_is 0
	mkdir machine
	tar -xf machine.tar -C machine
	[ "$(readlink machine/boot)" = ../../../../../etc ]
	[ -d machine/sys/class ]
	not grep -q passwd machine.tar
}

@test "--json prints the file, the number of entries, and the unreadable files" {
	run_tool report --json --sysroot "$machine" machine.tar
	status_is 0
	jq -e '.schema == 1 and .report.file == "machine.tar" and .report.unreadable == []' <<<"$output"
	[ "$(jq .report.count <<<"$output")" -eq "$(tar -tf machine.tar | wc -l)" ]
}
