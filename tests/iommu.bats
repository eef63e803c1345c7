#!/usr/bin/env bats
# The same kernel on a machine with a real IOMMU (VT-d), vfio loaded.

load helper

setup() {
	cd "$BATS_TEST_DIRNAME/.." || exit 1
	root=tests/machines/iommu
}

@test "the IOMMU is seen, by device and as a whole" {
	run_tool list --all --sysroot $root -nro ADDRESS,IOMMU,USE 00:04.0
	[ "$output" = "0000:00:04.0 yes impossible" ]
	run_tool status --json --sysroot $root
	jq -e '.host.iommu == true' <<<"$output"
}

@test "a device with an IOMMU is refused: noiommu is not for it" {
	run_tool bind --dry-run --enable --sysroot $root 00:04.0
	status_is 3
	complains "0000:00:04.0: has an IOMMU"
	complains "[device-has-iommu]"
}

@test "the mode on where there is an IOMMU deserves a warning" {
	cp -r $root "$BATS_TEST_TMPDIR/machine"
	echo Y >"$BATS_TEST_TMPDIR/machine/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
	run_tool status --sysroot "$BATS_TEST_TMPDIR/machine"
	status_is 0
	says "[noiommu-with-iommu]"
}
