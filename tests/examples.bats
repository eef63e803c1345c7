#!/usr/bin/env bats
# The installed examples: the programs that they are written for accept each. (vm/ansible.bats runs the playbook.)

load helper

examples=$BATS_TEST_DIRNAME/../man/examples

@test "the local fact equals the output of status, whether or not the machine is ready" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	for machine in case3-bound case3-before without-vfio; do
		printf '#!/bin/sh\nexec "%s" --sysroot "%s" "$@"\n' "$VFIONOIOMMU" "$BATS_TEST_DIRNAME/machines/$machine" \
			>"$BATS_TEST_TMPDIR/bin/vfionoiommu"
		chmod +x "$BATS_TEST_TMPDIR/bin/vfionoiommu"
		PATH=$BATS_TEST_TMPDIR/bin:$PATH run --separate-stderr sh "$examples/ansible/vfionoiommu.fact"
		status_is 0
		jq -e 'has("ready")' <<<"$output"
	done
	[ "$(PATH=/usr/bin:/bin sh "$examples/ansible/vfionoiommu.fact")" = "{}" ]
	printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/vfionoiommu"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run sh "$examples/ansible/vfionoiommu.fact"
	status_is 1
}

@test "the playbook needs only modules of ansible-core" {
	[ "$(grep -oE '^ +[a-z_]+\.[a-z_]+\.' "$examples/ansible/vfionoiommu.yml" | tr -d ' ' | sort -u)" = ansible.builtin. ]
}

@test "systemd accepts the timer and its service" {
	cp "$examples/prometheus/"* "$BATS_TEST_TMPDIR"
	# The tool is not necessarily installed here.
	sed -i "s|^ExecStart=vfionoiommu|ExecStart=$(realpath "$VFIONOIOMMU")|" "$BATS_TEST_TMPDIR/vfionoiommu-metrics.service"
	run systemd-analyze verify --man=no "$BATS_TEST_TMPDIR/vfionoiommu-metrics.service" "$BATS_TEST_TMPDIR/vfionoiommu-metrics.timer"
	status_is 0
	[ -z "$output" ]
}

@test "the kernel configuration is one with noiommu, and the test of the Debian package passes" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$(realpath "$VFIONOIOMMU")" "$BATS_TEST_TMPDIR/bin/vfionoiommu"
	sed "s|/usr/share/doc/vfionoiommu/examples|$(realpath "$examples")|" "$BATS_TEST_DIRNAME/../debian/tests/smoke" >"$BATS_TEST_TMPDIR/smoke"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run sh "$BATS_TEST_TMPDIR/smoke"
	status_is 0
	says "case 3), noiommu built"
}

@test "make install puts the examples below share/doc, and uninstall removes them" {
	make -s -C "$BATS_TEST_DIRNAME/.." install DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
	diff -r "$examples" "$BATS_TEST_TMPDIR/root/usr/share/doc/vfionoiommu/examples"
	make -s -C "$BATS_TEST_DIRNAME/.." uninstall DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
	[ -z "$(find "$BATS_TEST_TMPDIR/root" -type f)" ]
}
