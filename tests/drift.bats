#!/usr/bin/env bats
# The drift guard: what there is, is the same in the source, in --help, in the man page, in README.md and in the schema.

load helper
load drift

setup() {
	tree=$BATS_TEST_DIRNAME/..
}

@test "the man page, README.md and the schema have what the tables in the source say: make golden" {
	guard_tables
}

@test "README.md names only commands, options, columns and findings that exist; the man page all common options" {
	guard_commands
	guard_options
	guard_columns
	guard_findings
}

@test "exit statuses" {
	guard_statuses
}

# The guard fails when this is done to a copy of the file.
notices() { # GUARD FILE SED-SCRIPT
	tree=$BATS_TEST_TMPDIR/$((copies++))
	mkdir -p "$tree/tests"
	cp -r "$BATS_TEST_DIRNAME"/../{src,man,README.md} "$tree"
	cp -r "$BATS_TEST_DIRNAME"/{schema,tables} "$tree/tests"
	sed -i -E "$3" "$tree/$2"
	not cmp -s "$BATS_TEST_DIRNAME/../$2" "$tree/$2"
	echo "$1: $2: $3"
	not "guard_$1"
}

@test "the guards detect each kind of drift in each place" {
	copies=0
	while IFS='~' read -r guard file script; do
		notices "$guard" "$file" "$script"
	done <<-'END'
		tables~man/vfionoiommu.8~s/^\.Ss taint$/.Ss taints/
		tables~man/vfionoiommu.8~s/^\.It Fl -allow-iommu/.It Fl -allow-iommus/
		tables~man/vfionoiommu.8~s/^\.It Li IOMMU$/.It Li IOMMUS/
		tables~man/vfionoiommu-findings.7~s/^(\.It Li interface-up Pq Em) blocker/\1 warning/
		tables~README.md~/^\| `vfionoiommu taint/d
		tables~src/judge/findings.def~s/"interface-up"/"interface-down"/
		tables~src/judge/findings.def~s/("interface-up", BLOCKER), true/\1, false/
		tables~tests/schema/words.json~s/"interface-up"/"interface-down"/
		commands~README.md~s/`vfionoiommu taint/`vfionoiommu taints/
		options~man/vfionoiommu.8~s/^\.It Fl -dry-run/.It Fl -dry-runs/
		options~README.md~s/--allow-iommu/--allow-iommus/
		columns~README.md~s/ADDRESS,GROUP,CDEV/ADDRESS,GROUPS,CDEV/
		findings~README.md~s/noiommu-disabled/noiommu-off/
		statuses~src/cmd/cmd.h~s/(STATUS_REFUSED =) 3/\1 4/
		statuses~man/vfionoiommu.8~/^\.It Li 3$/d
		statuses~README.md~s/2 usage error; //
	END
	[ $copies -eq 16 ]
}
