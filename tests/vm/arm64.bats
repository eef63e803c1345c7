#!/usr/bin/env bats
# tier: all
# The package for arm64, cross-built, on real arm64 kernels in QEMU: with and without an SMMU.

load ../helper

# ARM64 is a root of an earlier run of tests/vm/arm64.
setup_file() {
	export ARM64=${ARM64:-$BATS_FILE_TMPDIR/root}
	[ -d "$ARM64" ] || "$BATS_TEST_DIRNAME/arm64" "$ARM64"
}

guest() { # BOOT-OPTION... KERNEL -- COMMAND...
	"$BATS_TEST_DIRNAME/boot" --root "$ARM64" --timeout 800 --device e1000e,addr=4,romfile= --device edu,addr=6 \
		--env VFIONOIOMMU=/usr/sbin/vfionoiommu --env TIER=all "$@"
}

# One test fails for each failed test of the guest; the output shows which.
bats_in_guest() { # BOOT-OPTION... KERNEL -- ARGUMENT-OF-BATS...
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	guest --env "KERNEL=${options[-1]#arm64-}" "${options[@]}" -- bats --tap "${@:2}" >"$BATS_TEST_TMPDIR/tap" ||
		{ sed 's/^/# /' "$BATS_TEST_TMPDIR/tap" && return 1; }
}

@test "the session of make demo works on arm64" {
	guest arm64-case3 -- "$BATS_TEST_DIRNAME/demo-guest"
}

@test "cases 3 and 5: the matrix predicts the behavior of the kernel on arm64" {
	bats_in_guest arm64-case3 -- "$BATS_TEST_DIRNAME/guest/matrix.bats"
	bats_in_guest arm64-case5 -- "$BATS_TEST_DIRNAME/guest/matrix.bats"
}

@test "case 5: bind, list, verify and unbind work on arm64" {
	guest arm64-case5 -- bash -ec '
		modprobe e1000e
		vfionoiommu bind --enable 0000:00:04.0
		[ "$(vfionoiommu list -nro ADDRESS,GROUP,CDEV)" = "0000:00:04.0 - /dev/vfio/devices/noiommu-vfio0" ] || vfionoiommu list
		vfionoiommu verify 0000:00:04.0
		vfionoiommu unbind 0000:00:04.0
		[ "$(basename "$(readlink /sys/bus/pci/devices/0000:00:04.0/driver)")" = e1000e ]'
}

@test "an SMMU is an IOMMU: noiommu is refused, and --allow-iommu binds an ordinary VFIO device" {
	bats_in_guest --qemu -machine --qemu iommu=smmuv3 arm64-case3 -- --filter-tags '!vtd' "$BATS_TEST_DIRNAME/guest/iommu.bats"
}
