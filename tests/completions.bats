#!/usr/bin/env bats
# What bash (with and without bash-completion), zsh and fish complete: see completion.bash.

load helper
load completion

setup() {
	cd "$BATS_TEST_DIRNAME/.." || exit 1
	before="--sysroot tests/machines/case3-before"
	bound="--sysroot tests/machines/case3-bound"
}

# Each line of the table is what is typed, a bar, and what every shell offers then.
offers() {
	local table shell
	needs_terminal
	mapfile -t table
	for shell in ${shells_asked:-bash zsh fish}; do
		diff <(printf "$shell: %s\n" "${table[@]}") \
			<(paste -d '|' <(printf "$shell: %s\n" "${table[@]%%|*}") <(offered $shell "${table[@]%%|*}"))
	done
}

# A machine like case3-before, with 64 devices.
machine_of_64() { # DIR
	local devices=("$1/sys/devices/pci0000:00/0000:01:"{00..18}.{0..2}) file
	cp -a tests/machines/case3-before "$1"
	mkdir "${devices[@]}"
	for file in uevent config driver_override; do
		tee "${devices[@]/%//$file}" <"$1/sys/devices/pci0000:00/0000:00:06.0/$file" >/dev/null
	done
	ln -st "$1/sys/bus/pci/devices" "${devices[@]/#"$1/sys"/../../..}"
}

@test "the shells offer what the program knows: commands, options, values, columns, devices" {
	shells_asked="bash framework zsh fish" offers <<-END
		vfionoiommu mat|matrix
		vfionoiommu help b|bind
		vfionoiommu bind --a|--allow-iommu
		vfionoiommu verify --n|--noheadings
		vfionoiommu --color |always auto never
		vfionoiommu list --color=a|--color=always --color=auto
		vfionoiommu bind --owner roo|root
		vfionoiommu bind --owner=root:roo|--owner=root:root
		vfionoiommu taint --value |
		vfionoiommu status --output |ITEM VALUE
		vfionoiommu list -noC|-noCDEV -noCLASS
		vfionoiommu taint -o +BIT,L|+BIT,LETTER
		vfionoiommu $before matrix --kernel |7.3.4-case3
		vfionoiommu $bound list 0000:00:0|0000:00:04.0 0000:00:06.0
		vfionoiommu $bound monitor --until=0000:00:0|--until=0000:00:04.0 --until=0000:00:06.0
		vfionoiommu $before bind 0000:00:04.0 0000:00:0|0000:00:06.0
		vfionoiommu $bound status |
	END
}

@test "the shells complete files and directories themselves" {
	shells_asked="bash framework zsh fish" offers <<-END
		vfionoiommu matrix --config Makef|Makefile
		vfionoiommu matrix --config=Makef|--config=Makefile
		vfionoiommu report Makef|Makefile
		vfionoiommu --sysroot tests/mach|tests/machines
		vfionoiommu list --sysroot=tests/mach|--sysroot=tests/machines
	END
}

@test "--sysroot selects the machine, with quotes and ~ as typed" {
	offered bash "" >/dev/null
	ln -sfn "$PWD/tests/machines/case3-bound" "$shells/bound"
	offers <<-'END'
		vfionoiommu --sysroot ~/bound unbind |0000:00:04.0
		vfionoiommu --json --sysroot "tests/machines/case3-bound" unbind -n |0000:00:04.0
	END
}

@test "TAB completes the address, and adds a blank if it is unambiguous" {
	needs_terminal
	for shell in bash framework zsh; do
		diff - <(completed $shell "vfionoiommu $bound unbind " "vfionoiommu $before bind 0000:00:1f.3" \
			"vfionoiommu $before bind 0000:00:1") <<-END
			vfionoiommu $bound unbind 0000:00:04.0 
			vfionoiommu $before bind 0000:00:1f.3 
			vfionoiommu $before bind 0000:00:1
		END
	done
}

@test "zsh and fish also show descriptions" {
	needs_terminal
	for shell in zsh fish; do
		listed $shell "vfionoiommu $before bind 0000:00:0" | grep -F "0000:00:04.0" |
			grep -F "82574L Gigabit Network Connection"
		listed $shell "vfionoiommu mat" | grep -F "print the access paths that a kernel offers, and the evidence"
		listed $shell "vfionoiommu list -o ID,U" | grep -F "used:BY-WHAT"
	done
}

@test "without the program, or if it fails, the shells offer nothing and print no error" {
	mkdir "$BATS_TEST_TMPDIR"/{none,failing}
	printf '#!/bin/sh\necho sorry >&2\nexit 1\n' >"$BATS_TEST_TMPDIR/failing/vfionoiommu"
	chmod +x "$BATS_TEST_TMPDIR/failing/vfionoiommu"
	for TOOLS in "$BATS_TEST_TMPDIR"/{none,failing}; do
		offers <<-END
			vfionoiommu $bound bind |
			vfionoiommu $bound unbind 0|
		END
		for shell in bash zsh fish; do
			run listed $shell "vfionoiommu $bound bind "
			not grep -iE "sorry|not found|unknown|error" <<<"$output"
		done
	done
}

# The CPU time of a start of /bin/true, in ms.
start_time() {
	local TIMEFORMAT='%U %S'
	{ time for _ in {1..100}; do /bin/true; done; } 2>&1 | awk '{ printf "%d", ($1 + $2) * 10 + 0.5 }'
}

@test "64 devices are offered within 50 ms, and ten starts of a program" {
	needs_terminal
	# Where a program takes long to start, so do its completions.
	limit=$((50 + 10 * $(start_time)))
	[[ $VFIONOIOMMU != */sanitize/* ]] || limit=250
	machine_of_64 "$BATS_TEST_TMPDIR/machine"
	for shell in bash zsh fish; do
		line="vfionoiommu --sysroot $BATS_TEST_TMPDIR/machine bind "
		[ "$(offered $shell "$line" | wc -w)" -eq 64 ]
		# What runs beside it slows it down: the best of three counts.
		for _ in 1 2 3; do
			took=$(duration $shell "$line")
			echo "$shell: $took ms"
			[ "$took" -ge $limit ] || break
		done
		[ "$took" -lt $limit ]
	done
}

@test "make install puts the completions where the shells read them, and uninstall removes them" {
	make -s install DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr >/dev/null
	cd "$BATS_TEST_TMPDIR/root/usr/share"
	[ -f bash-completion/completions/vfionoiommu ]
	[ -f zsh/site-functions/_vfionoiommu ]
	[ -f fish/vendor_completions.d/vfionoiommu.fish ]
	cd - >/dev/null
	make -s uninstall DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
	[ -z "$(find "$BATS_TEST_TMPDIR/root" -type f)" ]
}
