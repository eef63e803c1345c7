#!/usr/bin/env bats
# The drift guard: what there is, is the same in the source, in --help, in the man pages, in README.md and in the schema.

load helper
load drift

setup() {
	tree=$BATS_TEST_DIRNAME/..
}

@test "the man pages and the schema have what the tables in the source say, the picture what the demo prints: make golden" {
	guard_tables
	guard_picture
}

@test "README.md names only commands, options, columns and findings that exist; the man pages all common options" {
	guard_commands
	guard_options
	guard_columns
	guard_findings
}

@test "exit statuses, and the keys of a persistent binding" {
	guard_statuses
	guard_keys
}

@test "each page has a line for apropos, and examples; each is installed, with the schemas, and removed by uninstall" {
	guard_pages
	make -s -C "$tree" install DESTDIR="$BATS_TEST_TMPDIR" PREFIX=/usr
	cd "$BATS_TEST_TMPDIR/usr/share"
	for page in "$tree"/man/*.[0-9]; do
		cmp "$page" "man/man${page##*.}/${page##*/}"
	done
	for command in $(commands); do
		[ "$command" = help ] || [ -s "man/man8/vfionoiommu-$command.8" ]
	done
	cmp "$tree/tests/schema/list.json" vfionoiommu/schema/list.json
	cd "$tree"
	make -s uninstall DESTDIR="$BATS_TEST_TMPDIR" PREFIX=/usr
	[ -z "$(find "$BATS_TEST_TMPDIR" -type f)" ]
}

# The guard fails when this is done to a copy of the file.
notices() { # GUARD FILE SED-SCRIPT
	tree=$BATS_TEST_TMPDIR/$((copies++))
	mkdir -p "$tree/tests"
	cp -r "$BATS_TEST_DIRNAME"/../{src,man,README.md} "$tree"
	mkdir "$tree/tests/vm"
	cp -r "$BATS_TEST_DIRNAME"/{schema,tables,picture} "$tree/tests"
	cp "$BATS_TEST_DIRNAME/vm/demo.txt" "$tree/tests/vm"
	sed -i -E "$3" "$tree/$2"
	not cmp -s "$BATS_TEST_DIRNAME/../$2" "$tree/$2"
	echo "$1: $2: $3"
	not "guard_$1"
}

# bats test_tags=slow
@test "the guards detect each kind of drift in each place" {
	copies=0
	while IFS='~' read -r guard file script; do
		notices "$guard" "$file" "$script"
	done <<-'END'
		tables~man/vfionoiommu.8~s/^\.It Xr vfionoiommu-taint 8/.It Xr vfionoiommu-taints 8/
		tables~man/vfionoiommu-bind.8~s/^\.It Fl -allow-iommu/.It Fl -allow-iommus/
		tables~man/vfionoiommu-list.8~s/^\.It Li IOMMU$/.It Li IOMMUS/
		tables~man/vfionoiommu-findings.7~s/^(\.It Li interface-up Pq Em) blocker/\1 warning/
		picture~tests/vm/demo.txt~s/noiommu mode: enabled/noiommu mode: on/
		picture~man/demo.svg~s/e1000e/e1000/
		tables~src/judge/findings.def~s/"interface-up"/"interface-down"/
		tables~src/judge/findings.def~s/("interface-up", BLOCKER), true/\1, false/
		tables~tests/schema/words.json~s/"interface-up"/"interface-down"/
		commands~README.md~s/`vfionoiommu taint/`vfionoiommu taints/
		options~man/vfionoiommu.8~s/^\.It Fl -dry-run/.It Fl -dry-runs/
		options~README.md~s/--allow-iommu/--allow-iommus/
		options~man/vfionoiommu-verify.8~s/^# vfionoiommu verify --verbose/# vfionoiommu verify --verbosely/
		keys~man/vfionoiommu.d.5~s/^\.It Li SERIAL/.It Li NUMBER/
		keys~src/state/device_state.c~s/"BY_KERNEL"/"BY_KERNELS"/
		pages~man/vfionoiommu-taint.8~s/^\.Sh EXAMPLES/.Sh EXAMPLE/
		pages~man/vfionoiommu-findings.7~/^\.Nd /d
		columns~README.md~s/ADDRESS,GROUP,CDEV/ADDRESS,GROUPS,CDEV/
		findings~README.md~s/noiommu-disabled/noiommu-off/
		statuses~src/cmd/cmd.h~s/(STATUS_REFUSED =) 3/\1 4/
		statuses~man/vfionoiommu.8~/^\.It Li 3$/d
		statuses~README.md~s/2 usage error; //
	END
	[ $copies -eq 22 ]
}
