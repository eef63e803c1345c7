#!/usr/bin/env bats
# The rules of the house (the layout at the top of the README's "Where to read on"), kept true by grep.

load helper

cd_source() {
	cd "$BATS_TEST_DIRNAME/../src" || exit 1
}

# Fails when a file of the folders includes anything from the others.
must_not_include() { # "FOLDER..." "OTHER..."
	local folder other found=0
	cd_source
	for folder in $1; do
		for other in $2; do
			[ "$folder" != "$other" ] || continue
			not grep -rn "#include \"$other/" "$folder" || found=1
		done
	done
	return $found
}

@test "collect, judge, act and show never include each other" {
	must_not_include "collect judge act show" "collect judge act show"
}

@test "only collect and act use kernel/ (cmd holds the root); nothing below cmd includes cmd" {
	cd_source
	[ "$(grep -rhoE 'include "kernel/[a-z]+' cmd | sort -u)" = 'include "kernel/sysroot' ]
	must_not_include "judge show base" "kernel"
	must_not_include "collect judge act show kernel base" "cmd"
}

@test "base knows nothing but itself; kernel only base and the model" {
	must_not_include base "act cmd collect judge kernel show"
	must_not_include kernel "act cmd collect judge show"
	not grep -rn '"model.h"' "$BATS_TEST_DIRNAME/../src/base"
}

@test "a library is used in one file" {
	cd_source
	for header in libudev.h libkmod.h libsmartcols.h json.h zlib.h libmount.h libmnl.h archive.h; do
		[ "$(grep -rlE "#include <([a-z-]+/)?$header>" . | wc -l)" -eq 1 ]
	done
}

@test "only show and --help write to stdout" {
	cd_source
	not grep -rnE '\b(printf|puts|putchar)\(|[^h]\(stdout|stdout\)' --exclude=log.c base kernel collect judge act
	[ "$(grep -c stdout base/log.c)" -eq "$(grep -c 'fflush(stdout)' base/log.c)" ]
}

@test "judge is pure: it opens, reads and calls nothing" {
	cd_source
	not grep -rnE '\b(open|openat|fopen|read|ioctl|stat|access|getuid|geteuid|getenv)\(|<(fcntl|unistd|sys/[a-z]+)\.h>' judge
}

@test "every path that is written is named in act/recipes" {
	cd_source
	# What collect reads is relative to the root; the nodes' names alone are absolute.
	not grep -rnE '"/(sys|run|etc|dev)/' act/plan.c kernel show
	[ "$(grep -rhoE '"/(sys|run|etc|dev)/[^"]*"' cmd collect judge | sort -u | tr '\n' ' ')" = \
		'"/dev/" "/dev/iommu" "/dev/vfio" "/dev/vfio/" "/dev/vfio/devices" "/dev/vfio/vfio" ' ]
	not grep -rnE 'write_(attribute|file|remove)\(' cmd collect judge show
}

@test "every command is in the README and in --help" {
	cd_source
	for command in $(grep -ohE 'const struct command command_[a-z]+ = \{ "[a-z]+"' cmd/*.c | grep -oE '"[a-z]+"' | tr -d '"'); do
		grep -q "vfionoiommu $command" ../README.md
		tool --help | grep -q "^  $command "
		tool help "$command" | grep -q "^Usage: vfionoiommu $command "
	done
}

@test "what the tests print as JSON is kept for its schema" {
	cd "$BATS_TEST_DIRNAME"
	[ -z "$(grep -rnE 'VFIONOIOMMU.* (--json|-J)\b' --include='*.bats' --include='*.bash' --include=oracle . |
		grep -vE '\b(keep|document) ')" ]
}
