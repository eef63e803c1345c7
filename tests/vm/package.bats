#!/usr/bin/env bats
# tier: all
# The Debian package: how it is built, and in a guest, where it can be installed and purged, what it does.

load ../helper

tree=$BATS_TEST_DIRNAME/../..

make_deb() {
	make -s -C "$tree" deb
}

setup_file() {
	make_deb
}

@test "lintian reports nothing" {
	run --separate-stderr lintian --fail-on error,warning "$tree"/build/deb/*.changes
	status_is 0
	[ -z "$output" ]
}

@test "the build uses the compiler flags of the distribution" {
	blhc "$tree/build/deb/log"
}

@test "the build dependencies equal those of the Makefile" {
	make -s -C "$tree" --eval 'show:; @printf "%s\n" $(DEPS_BUILD)' show |
		grep -vxE 'gcc|libc6-dev|make' | sort >"$BATS_TEST_TMPDIR/makefile"
	sed -n 's/^Build-Depends: //p' "$tree"/build/deb/*.dsc | tr -d ' ' | tr , '\n' |
		grep -v '^debhelper-compat' | sort | diff "$BATS_TEST_TMPDIR/makefile" -
}

@test "the build is reproducible" {
	before=$(sha256sum "$tree"/build/vfionoiommu_*.deb)
	(umask 077 && LC_ALL=C TZ=Asia/Tokyo make_deb)
	[ "$(sha256sum "$tree"/build/vfionoiommu_*.deb)" = "$before" ]
}

@test "make deb fails if the version in debian/changelog differs from that of the Makefile" {
	run --separate-stderr make -s -C "$tree"/build/deb/vfionoiommu-* -f debian/rules override_dh_auto_test DEB_VERSION=99
	not status_is 0
	complains "debian/changelog and the Makefile's VERSION differ"
}

@test "the package installs, works and purges cleanly" {
	package=$(realpath "$tree"/build/vfionoiommu_*.deb)
	run "$BATS_TEST_DIRNAME/boot" --timeout 2400 --device e1000e,addr=4,romfile= --device edu,addr=6 \
		--env VFIONOIOMMU=/usr/sbin/vfionoiommu --env "PACKAGE=$package" case3 -- \
		bats --tap "$BATS_TEST_DIRNAME/package/guest.bats"
	status_is 0
}
