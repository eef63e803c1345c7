#!/usr/bin/env bats
# What is printed on a terminal: it fits, and what hinders is coloured. In a pipe nothing is cut, left out, wrapped or coloured.

load helper

machine=$BATS_TEST_DIRNAME/machines/case3-bound
escape=$'\033'

setup() {
	needs_terminal
}

# Runs the tool on a terminal of this width; its output is in $output, and the widest line of it in $widest.
on_terminal() { # WIDTH ARGUMENT...
	local width=$1
	shift
	run script -qec "stty cols $width; $(printf '%q ' "$VFIONOIOMMU" "$@")" /dev/null
	output=${output//$'\r'/}
	widest=$(awk '{ if (length > widest) widest = length } END { print widest }' <<<"$output")
}

@test "list, list --all, matrix and status fit into 80 columns" {
	for command in list "list --all" status; do
		on_terminal 80 $command --sysroot "$machine"
		[ "$widest" -le 80 ]
	done
	on_terminal 80 matrix --sysroot "$machine"
	[ "$(sed '/^$/,$d' <<<"$output" | awk '{ if (length > 80) print }')" = "" ]
}

@test "status fits on one screen" {
	on_terminal 80 status --sysroot "$BATS_TEST_DIRNAME/machines/without-vfio"
	[ "$(wc -l <<<"$output")" -le 24 ]
}

@test "names are cut where there is some room for them, and left out where there is none" {
	on_terminal 80 list --all --sysroot "$machine"
	says "82801I (ICH9 Family) SMBus Control"
	not says "82801I (ICH9 Family) SMBus Controller"
	on_terminal 80 list --sysroot "$machine"
	[ "${lines[0]%%$'\r'}" = "ADDRESS      DRIVER   GROUP               CDEV                            BOOT" ]
	on_terminal 200 list --sysroot "$machine"
	says "82574L Gigabit Network Connection"
}

@test "sentences are wrapped between words" {
	on_terminal 60 matrix --sysroot "$machine"
	grep -qx ' *(for the cdev only:' <<<"$output"
	grep -qx ' *VFIO_GROUP=n)' <<<"$output"
}

@test "in a pipe nothing is cut, nor with --raw on a terminal" {
	run_tool list --sysroot "$machine"
	says "82574L Gigabit Network Connection"
	on_terminal 40 list --raw --sysroot "$machine"
	says "82574L\\x20Gigabit\\x20Network\\x20Connection"
}

@test "colour on a terminal, and not with NO_COLOR, on a dumb one, or with --color=never" {
	bind() {
		on_terminal 80 bind --dry-run --sysroot "$BATS_TEST_DIRNAME/machines/iommu" 00:04.0 "$@"
		says "noiommu mode is off"
	}
	export TERM=xterm
	bind
	says "${escape}[1;31mblocker:${escape}[0m noiommu mode is off"
	says "${escape}[1;31m0000:00:04.0:${escape}[0m has an IOMMU"
	bind --color=never
	not says "$escape"
	NO_COLOR=1 bind
	not says "$escape"
	NO_COLOR=1 bind --color=always
	says "$escape"
	# As no-color.org has it, empty is as good as not there.
	NO_COLOR='' bind
	says "$escape"
	TERM=dumb bind
	not says "$escape"
}

@test "no colour in a pipe, unless it is asked for" {
	bind="bind --dry-run --sysroot $BATS_TEST_DIRNAME/machines/iommu 00:04.0"
	run_tool $bind
	not complains "$escape"
	run_tool $bind --color=always
	complains "${escape}[1;31mblocker:${escape}[0m"
	run_tool --color always $bind
	complains "$escape"
}

@test "--color takes no other word" {
	run_tool list --color=blue
	status_is 2
	complains "--color blue: give auto, always or never"
}
