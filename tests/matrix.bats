#!/usr/bin/env bats
# matrix: any kernel by its configuration, and what is no configuration.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || exit 1
	printf '%s\n' '#' '# Linux/x86 7.3.4 Kernel Configuration' CONFIG_VFIO=m CONFIG_VFIO_PCI=m CONFIG_IOMMUFD=m \
		CONFIG_VFIO_GROUP=y '# CONFIG_VFIO_CONTAINER is not set' CONFIG_VFIO_DEVICE_CDEV=y \
		'# CONFIG_VFIO_NOIOMMU is not set' >case4
	sed 's/# CONFIG_VFIO_CONTAINER is not set/CONFIG_VFIO_CONTAINER=y/; s/# CONFIG_VFIO_NOIOMMU is not set/CONFIG_VFIO_NOIOMMU=y/' \
		case4 >case3
	echo CONFIG_IOMMUFD_NOIOMMU=y >>case3
}

# The verdict on one file: CASE NOIOMMU-BUILT GROUP CDEV
verdict() { # FILE
	tool matrix --json --config "$1" |
		jq -r '.kernels[0].access | "\(.case) \(.noiommu) \(.group_path) \(.cdev_path)"'
}

@test "the six cases, this one marked, the evidence, and what to change" {
	run_tool matrix --config case4
	status_is 0
	[ "${lines[0]}" = "THIS CASE GROUP CONTAINER CDEV NOIOMMU RESULT" ]
	[ "$(grep -c '^\*' <<<"$output")" -eq 1 ]
	says "*    4    y     n         y    no"
	says "case4: case 4, noiommu not built: no access path"
	says "configuration: case4: VFIO=m VFIO_PCI=m VFIO_GROUP=y VFIO_CONTAINER=n"
	says "    CONFIG_VFIO_CONTAINER=y"
	says "    # CONFIG_VFIO_GROUP is not set"
	run_tool matrix --config case3
	says "case3: case 3, noiommu built: group and cdev both work"
	not grep -q "to change" <<<"$output"
}

@test "several kernels are a line each, in the order asked for" {
	run_tool matrix --config case4 --config case3 -nro KERNEL,CASE,NOIOMMU
	status_is 0
	[ "$output" = $'case4 4 no\ncase3 3 yes' ]
	run_tool matrix --json --config case4 --config case3
	jq -e '.schema == 1 and [.kernels[].access.case] == [4, 3]' <<<"$output"
	jq -e '[.kernels[0].advice[].lines] == ["CONFIG_VFIO_CONTAINER=y\nCONFIG_VFIO_NOIOMMU=y",
		"CONFIG_VFIO_NOIOMMU=y\n# CONFIG_VFIO_GROUP is not set"]' <<<"$output"
}

@test "a configuration is taken plain, compressed, and from standard input" {
	gzip -k case3
	[ "$(verdict case3.gz)" = "3 true works works" ]
	[ "$(verdict - <case3)" = "3 true works works" ]
	[ "$(verdict - <case3.gz)" = "3 true works works" ]
	[ "$(gzip -dc case3.gz | verdict -)" = "3 true works works" ]
}

@test "DOS line ends do no harm, and of a symbol named twice the last line counts" {
	sed 's/$/\r/' case3 >dos
	[ "$(verdict dos)" = "3 true works works" ]
	echo '# CONFIG_VFIO_GROUP is not set' >>case3
	[ "$(verdict case3)" = "5 true none works" ]
}

# bats test_tags=native
# Under valgrind nothing is quick.
@test "what is no configuration is said to be none, quickly and in little memory" {
	: >empty
	mkdir folder
	mkfifo fifo
	gzip -c "$BASH" | head -c 2000 >truncated.gz
	head -c 1G /dev/zero | tr '\0' '\n' | gzip -1 >bomb.gz
	head -c 64M /dev/urandom >noise
	truncate -s 1G noise
	echo no >words
	while read -r file what; do
		run --separate-stderr bash -c '[[ $BUILD =~ (sanitize|valgrind)$ ]] || ulimit -v 200000; exec timeout 10 "$@"' bash "$VFIONOIOMMU" matrix --config "$file"
		status_is 1
		[ -z "$output" ]
		complains "$file: $what"
	done <<-'EOF'
		empty is not a kernel's configuration: it has no CONFIG_ line
		folder Is a directory
		fifo is not a regular file
		truncated.gz is damaged
		bomb.gz is too large
		noise is too large
		words is not a kernel's configuration
		missing No such file or directory
		/dev/null is not a regular file
	EOF
}

@test "one bad file does not hide the others, and the status tells" {
	run_tool matrix --config missing --config case3 --config case4 -nro KERNEL
	status_is 1
	[ "$output" = $'case3\ncase4' ]
	complains "missing: No such file or directory"
}

@test "--kernel judges an installed kernel, and one that is not is said to be none" {
	root=$BATS_TEST_DIRNAME/machines/case3-before
	run_tool matrix --sysroot "$root" --kernel 7.3.4-case3
	status_is 0
	says "7.3.4-case3: case 3, noiommu built: group and cdev both work"
	cp -r "$root" machine
	mkdir -p machine/boot
	cp case4 machine/boot/config-7.4.0
	run_tool matrix --sysroot machine --kernel 7.4.0
	status_is 0
	says "7.4.0: case 4"
	says "configuration: /boot/config-7.4.0"
	not grep -q "seen running" <<<"$output"
	for release in 9.9.9 ../../etc ""; do
		run_tool matrix --kernel "$release"
		status_is 1
		complains "neither a configuration nor the modules of such a kernel are installed"
	done
}

@test "a configuration that the running kernel contradicts is reported, and does not count" {
	cp -r "$BATS_TEST_DIRNAME/machines/case3-bound" machine
	cp case4 machine/proc/config.gz
	run_tool matrix --sysroot machine
	status_is 0
	says "7.3.4-case3: case 3, noiommu built"
	says "[sources-contradict]"
	run_tool status --sysroot machine
	says "[sources-contradict]"
}
