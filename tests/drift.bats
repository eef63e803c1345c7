#!/usr/bin/env bats
# The drift guard: what there is, is the same in the source, in --help, in the man page, in README.md and in the schema.

load helper
load drift

setup() {
	tree=$BATS_TEST_DIRNAME/..
}

@test "commands" {
	guard_commands
}

@test "options of each command" {
	guard_options
}

@test "columns of each table" {
	guard_columns
}

@test "finding ids, with their severity, and whether --force overrides them" {
	guard_findings
}

@test "exit statuses" {
	guard_statuses
}

# The guard fails when this is done to a copy of the file.
notices() { # GUARD FILE SED-SCRIPT
	tree=$BATS_TEST_TMPDIR/$((copies++))
	mkdir "$tree"
	cp -r "$BATS_TEST_DIRNAME"/../{src,man,README.md} "$tree"
	mkdir "$tree/tests"
	cp -r "$BATS_TEST_DIRNAME/schema" "$tree/tests"
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
		commands~src/cmd/cmd.h~/X\(taint\)/d
		commands~man/vfionoiommu.8~s/^\.Ss taint$/.Ss taints/
		commands~README.md~/^\| `vfionoiommu taint/d
		options~src/cmd/bind.c~s/"allow-iommu"/"allow-iommus"/
		options~man/vfionoiommu.8~s/^\.It Fl -allow-iommu/.It Fl -allow-iommus/
		options~README.md~s/--allow-iommu/--allow-iommus/
		columns~src/show/devices.c~s/"IOMMU"/"IOMMUS"/
		columns~man/vfionoiommu.8~s/^\.It Li IOMMU$/.It Li IOMMUS/
		columns~README.md~s/ADDRESS,GROUP,CDEV/ADDRESS,GROUPS,CDEV/
		findings~src/judge/judge.h~s/"interface-up"/"interface-down"/
		findings~src/judge/judge.h~s/("interface-up", BLOCKER), true/\1, false/
		findings~man/vfionoiommu.8~s/^(\.It Li interface-up Pq Em) blocker/\1 warning/
		findings~tests/schema/defs.json~s/"interface-up"/"interface-down"/
		findings~README.md~s/noiommu-disabled/noiommu-off/
		statuses~src/cmd/cmd.h~s/(STATUS_REFUSED =) 3/\1 4/
		statuses~man/vfionoiommu.8~/^\.It Li 3$/d
		statuses~README.md~s/2 usage error; //
	END
	[ $copies -eq 17 ]
}
