#!/usr/bin/env bats
# The taint of recorded machines: the value, who set U, and logs of which not all is there.

load helper

group='vfio-pci 0000:00:04.0: Adding kernel taint for vfio-noiommu group on device'
cdev='vfio-pci 0000:00:04.0: Adding kernel taint for vfio-noiommu cdev'
first='5,0,0,-;Linux version 7.3.4'

setup() {
	cd "$BATS_TEST_DIRNAME/.." || exit 1
	root=$BATS_TEST_TMPDIR/machine
	cp -r tests/machines/case3-bound "$root"
	mkdir -p "$root/dev"
	printf 'cpu  1 2 3\nintr 1 2 3\nbtime 1700000000\n' >"$root/proc/stat"
}

taint() { # VALUE
	echo "$1" >"$root/proc/sys/kernel/tainted"
}

log() { # LINE...: escapes as for printf %b
	printf '%b\n' "$@" >"$root/dev/kmsg"
}

# The whole log of a bind on Linux 7.3.
log_bind() {
	log "$first" "4,1,12345678,-,caller=T9;$group" ' SUBSYSTEM=pci' ' DEVICE=+pci:0000:00:04.0' \
		"4,2,12345999,-,caller=T9;$cdev" ' SUBSYSTEM=pci' ' DEVICE=+pci:0000:00:04.0' '6,3,13000000,-;later'
}

# What each of the three forms says when it cannot be told.
is_unknown() { # REASON
	run_tool taint --sysroot "$root"
	status_is 0
	says "U: by VFIO noiommu? cannot tell: $1"
	run_tool taint --check --quiet --sysroot "$root"
	status_is 1
	run_tool status --sysroot "$root"
	status_is 0
	says "64 (U: by VFIO noiommu? cannot tell: $1)"
	run_tool taint --json --sysroot "$root"
	status_is 0
	jq -e --arg reason "$1" '.kernel_taint | has("vfio_noiommu") and .vfio_noiommu == null and .reason == $reason' \
		<<<"$output"
}

@test "not tainted" {
	taint 0
	run_tool taint --sysroot "$root"
	status_is 0
	[ "$output" = "taint: 0, not tainted" ]
	run_tool taint --check --sysroot "$root"
	status_is 0
	run_tool status --sysroot "$root"
	grep -qE '^taint +0$' <<<"$output"
	run_tool taint --json --sysroot "$root"
	jq -e '.schema == 1 and .kernel_taint == {value: 0, bits: [], vfio_noiommu: false, reason: null, events: []}' \
		<<<"$output"
	run_tool taint --raw --sysroot "$root"
	[ -z "$output" ]
}

@test "by VFIO noiommu: when, and for which device" {
	log_bind
	run_tool taint --sysroot "$root"
	status_is 0
	[ "${lines[0]}" = "taint: 64" ]
	says "6   U "
	says "U: by VFIO noiommu:"
	says "    2023-11-14T22:13:32Z (12.345678 s after boot): group of 0000:00:04.0"
	says "    2023-11-14T22:13:32Z (12.345999 s after boot): cdev of 0000:00:04.0"
	run_tool taint --check --sysroot "$root"
	status_is 3
	says "U: by VFIO noiommu:"
	run_tool taint --check --quiet --sysroot "$root"
	status_is 3
	[ -z "$output$stderr" ]
	run_tool status --sysroot "$root"
	says "64 (U: by VFIO noiommu, last 0000:00:04.0)"
}

@test "JSON has it all, in taint and in status" {
	log_bind
	for command in taint status; do
		run_tool $command --json --sysroot "$root"
		status_is 0
		jq -e '.kernel_taint | .value == 64 and .vfio_noiommu == true and .reason == null' <<<"$output"
		jq -e '.kernel_taint.bits[0] | .bit == 6 and .letter == "U" and .name == "USER" and .known' <<<"$output"
		jq -e '.kernel_taint.events == [
			{address: "0000:00:04.0", kind: "group", seconds: 12.345678, time: "2023-11-14T22:13:32Z"},
			{address: "0000:00:04.0", kind: "cdev", seconds: 12.345999, time: "2023-11-14T22:13:32Z"}]' <<<"$output"
	done
}

@test "by something else: the log is whole and does not name VFIO" {
	log "$first" '6,1,2,-;hello' ' SUBSYSTEM=pci'
	run_tool taint --sysroot "$root"
	status_is 0
	says "U: not by VFIO noiommu"
	run_tool taint --check --sysroot "$root"
	status_is 0
	run_tool status --sysroot "$root"
	says "64 (U: not by VFIO noiommu)"
	run_tool taint --json --sysroot "$root"
	jq -e '.kernel_taint.vfio_noiommu == false' <<<"$output"
}

@test "only the kernel's own records count" {
	log "$first" "12,1,2,-;$group" "14,2,2,-;$cdev" "4,3,2,-;overlayfs: unrecognized option \"$group\""
	run_tool taint --check --sysroot "$root"
	status_is 0
	says "U: not by VFIO noiommu"
}

@test "a log whose beginning was overwritten: yes if it says so, else it cannot be told" {
	log '6,4711,2,-;hello'
	is_unknown "the kernel log does not say, and its beginning was overwritten"
	log '6,4711,2,-;hello' "4,4712,3,-;$group"
	run_tool taint --check --sysroot "$root"
	status_is 3
}

@test "a log with lines missing, or with what is none" {
	log "$first" '6,2,3,-;hello'
	is_unknown "the kernel log does not say, and some of its lines are missing"
	log "$first" 'hello' '6,1,3,-;hello'
	is_unknown "the kernel log does not say, and some of its lines are missing"
	log "$first" "$(head -c 100000 /dev/zero | tr '\0' A)"
	is_unknown "the kernel log does not say, and some of its lines are missing"
}

@test "a log that is missing, empty, a directory, a FIFO, not text, or a link out of the machine" {
	rm -f "$root/dev/kmsg"
	is_unknown "the kernel log is not readable (No such file or directory)"
	: >"$root/dev/kmsg"
	is_unknown "the kernel log is empty"
	rm "$root/dev/kmsg"
	mkdir "$root/dev/kmsg"
	is_unknown "the kernel log is not readable (Is a directory)"
	rmdir "$root/dev/kmsg"
	mkfifo "$root/dev/kmsg"
	is_unknown "the kernel log is not readable (Invalid argument)"
	rm "$root/dev/kmsg"
	log "$first" '6,1,2,-;a\0000b'
	is_unknown "the kernel log is not readable (Bad message)"
	log "$first" "4,1,2,-;$group"
	mv "$root/dev/kmsg" "$BATS_TEST_TMPDIR/outside"
	ln -s "$BATS_TEST_TMPDIR/outside" "$root/dev/kmsg"
	is_unknown "the kernel log is not readable (No such file or directory)"
}

@test "a log that is larger than what is read" {
	{
		echo "$first"
		seq -f '6,%.0f,5,-;all work and no play makes Jack a dull boy, all work and no play makes Jack a dull boy' 1 200000
	} >"$root/dev/kmsg"
	[ "$(stat -c %s "$root/dev/kmsg")" -gt 16777216 ]
	is_unknown "the kernel log is longer than what is read of it"
}

@test "control bytes in the log do not reach the terminal" {
	log "$first" '4,1,2,-;vfio-pci \0033[31mred\0302\0233\0377: Adding kernel taint for vfio-noiommu cdev'
	for words in taint "taint --json" status "status --json"; do
		run_tool $words --sysroot "$root"
		status_is 0
		not grep -q $'\033' <<<"$output"
		says 'x1b[31mred'
		iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null
	done
}

@test "without the time of the boot there are still the seconds since it" {
	log_bind
	for stat in '' 'btime 1' 'cpu\nbtime soon' 'cpu\nbtime -5' 'cpu\nbtime 99999999999999' 'cpu\nbtime 99999999999999999999'; do
		printf '%b\n' "$stat" >"$root/proc/stat"
		run_tool taint --sysroot "$root"
		status_is 0
		says "    time unknown (12.345678 s after boot): group of 0000:00:04.0"
		run_tool taint --json --sysroot "$root"
		jq -e '.kernel_taint.events[0] | .time == null and .seconds == 12.345678' <<<"$output"
	done
	log "$first" "4,1,18446744073709551615,-;$group"
	printf 'cpu\nbtime 253402300799\n' >"$root/proc/stat"
	run_tool taint --sysroot "$root"
	status_is 0
	says "(18446744073709.551615 s after boot)"
}

@test "a value that cannot be read is status 1, and unknown in status" {
	for value in none '' -1 99999999999999999999 '64 64'; do
		taint "$value"
		[ "$value" != none ] || rm "$root/proc/sys/kernel/tainted"
		for words in taint "taint --check" "taint --json"; do
			run_tool $words --sysroot "$root"
			status_is 1
			[ -z "$output" ]
			complains "/proc/sys/kernel/tainted: cannot be read, or is not a number"
		done
		run_tool status --sysroot "$root"
		status_is 0
		grep -qE '^taint +unknown$' <<<"$output"
		run_tool status --json --sysroot "$root"
		jq -e 'has("kernel_taint") and .kernel_taint == null and .host.taint == null' <<<"$output"
	done
}

@test "--value decodes any number, in all three forms of it" {
	for value in 4673 0x1241 0X1241 00004673; do
		run_tool taint --value $value -nro LETTER
		status_is 0
		[ "${lines[*]}" = "P U W O" ]
	done
	run_tool taint --value 0
	[ "$output" = "taint: 0, not tainted" ]
	run_tool taint --value 64
	says "U: by VFIO noiommu? cannot tell: the number alone does not say who set it"
	run_tool taint --value 1048575 -nro LETTER
	[ "$(tr -d '\n' <<<"$output")" = PFSRMBUDAWCIOELKXTNJ ]
	run_tool taint --value 0x100000 --raw --noheadings
	[ "$output" = '20 - unknown' ]
	run_tool taint --value 1048576 --json
	jq -e '.kernel_taint.bits == [{bit: 20, letter: null, name: null, meaning: null, known: false}]' <<<"$output"
	run_tool taint --value 18446744073709551615 -nro BIT,VALUE
	[ ${#lines[@]} -eq 64 ]
	[ "${lines[63]}" = "63 9223372036854775808" ]
}

@test "--value takes nothing but a number, and not --check" {
	for value in '' ' ' x 0x 64x 0xg 0x0x40 -1 +1 ' 64' '64 ' 1e3 1_0 18446744073709551616 0x10000000000000000; do
		run_tool taint --value "$value"
		status_is 2
		[ -z "$output" ]
		complains "not a number of 64 bits"
	done
	run_tool taint --value 64 --check
	status_is 2
	complains "give one of them"
	run_tool taint something
	status_is 2
	run_tool taint -o NOSUCH --value 1
	status_is 2
}

@test "status names the other letters too, and a bit that is unknown" {
	log_bind
	taint 1049153
	run_tool status --sysroot "$root"
	says "1049153 (P, W, bit 20, U: by VFIO noiommu, last 0000:00:04.0)"
	taint 4097
	run_tool status --sysroot "$root"
	says "4097 (P, O)"
}

@test "columns are as for the other commands" {
	log_bind
	run_tool taint --sysroot "$root" --noheadings --raw --output BIT,VALUE,LETTER,NAME
	[ "$output" = "6 64 U USER" ]
	run_tool taint --sysroot "$root" --output +NAME
	[ "${lines[0]}" = "BIT LETTER MEANING                                                        NAME" ]
}

@test "bind --dry-run says that it will taint the kernel, unless it is tainted so" {
	cp -r tests/machines/case3-before "$BATS_TEST_TMPDIR/before"
	root=$BATS_TEST_TMPDIR/before
	run_tool bind --dry-run --enable --sysroot "$root" 00:04.0
	status_is 0
	complains "binding will taint the kernel: U (64), until the next boot [kernel-will-taint]"
	run_tool bind --dry-run --enable --json --sysroot "$root" 00:04.0
	jq -e '.findings[] | select(.id == "kernel-will-taint") | .severity == "note"' <<<"$output"
	taint 4160
	run_tool bind --dry-run --enable --sysroot "$root" 00:04.0
	status_is 0
	[ -z "$stderr" ]
}

@test "bind --dry-run of a device with an IOMMU, or that is bound already, says nothing of it" {
	run_tool bind --dry-run --allow-iommu --sysroot tests/machines/iommu 00:04.0
	status_is 0
	not complains "kernel-will-taint"
	taint 0
	run_tool bind --dry-run --sysroot "$root" 00:04.0
	status_is 0
	[ -z "$stderr" ]
}
