#!/usr/bin/env bats
# The binary loads a library when it first uses it. The dynamic linker does not see these libraries, nor does dh_shlibdeps: a
# note in the binary names them (https://uapi-group.org/specifications/specs/elf_dlopen_metadata), and debian/control does.

load ../helper

# The libraries that a run opens, besides the C library: one SONAME per line.
opened() { # WORDS...
	strace -f -qq -e trace=open,openat -e status=successful -o "$BATS_TEST_TMPDIR/opened" "$VFIONOIOMMU" "$@" >/dev/null
	grep -oE '[a-z0-9_+-]+\.so\.[0-9.]+"' "$BATS_TEST_TMPDIR/opened" | tr -d '"' | grep -v '^libc\.so' | sort
}

# PRIORITY SONAME of each note, one per line.
notes() {
	readelf --string-dump=.note.dlopen "$VFIONOIOMMU" | grep -o '\[{.*}\]' |
		jq -r '.[] | .priority as $priority | .soname[] | "\($priority) \(.)"'
}

bound=$BATS_TEST_DIRNAME/../machines/case3-bound

@test "--version loads no library, and list at most 3" {
	[ -z "$(opened --version)" ]
	[ -z "$(opened --sysroot "$bound" list --noheadings --output ADDRESS,GROUP)" ]
	opened --sysroot "$bound" list | tee "$BATS_TEST_TMPDIR/list"
	grep -q '^libudev\.so' "$BATS_TEST_TMPDIR/list"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -le 3 ]
}

# status also asks which driver a device without one has.
@test "bind and unbind load libkmod only for modules that are not loaded" {
	for words in "bind --dry-run 00:06.0" "unbind --dry-run 00:04.0"; do
		not grep libkmod <<<"$(opened --sysroot "$bound" $words)"
	done
	grep libkmod <<<"$(opened --sysroot "${bound/bound/before}" status)"
}

@test "a note names each library that is loaded later" {
	for library in archive json-c kmod mnl mount smartcols udev z; do
		[ "$(notes | grep -cE " lib$library\.so\.[0-9]+$")" -eq 1 ]
	done
	[ "$(notes | wc -l)" -eq 8 ]
}

@test "the Debian package depends on each required library, and recommends the others" {
	fields=$(sed -n '/^Package: /,$p' "$BATS_TEST_DIRNAME/../../debian/control")
	notes >"$BATS_TEST_TMPDIR/notes"
	# One search of all packages.
	sed 's|.* |*/|' "$BATS_TEST_TMPDIR/notes" | xargs dpkg-query --search >"$BATS_TEST_TMPDIR/owners"
	while read -r priority soname; do
		package=$(sed -n "s|:.*/$soname\$||p" "$BATS_TEST_TMPDIR/owners" | sort -u)
		echo "$soname: $package"
		case $priority in
		required) sed -n '/^Depends:/,/^Recommends:/p' <<<"$fields" ;;
		recommended) sed -n '/^Recommends:/,$p' <<<"$fields" ;;
		esac | grep -E "[ |]$package( |,|\$)"
	done <"$BATS_TEST_TMPDIR/notes"
}

# The loader refuses an empty file as it does an absent one.
without() { # SONAME WORDS...
	mkdir -p "$BATS_TEST_TMPDIR/without"
	: >"$BATS_TEST_TMPDIR/without/$1"
	LD_LIBRARY_PATH=$BATS_TEST_TMPDIR/without run_tool --sysroot "$bound" "${@:2}"
	rm "$BATS_TEST_TMPDIR/without/$1"
}

@test "an absent library is an error that names it and its Debian package" {
	while read -r soname package words; do
		without "$soname" $words
		echo "$soname: $status $stderr"
		status_is 1
		[ -z "$output" ]
		complains "error: "
		complains "hint: install $soname; on Debian: apt install $package"
	done <<-END
		libjson-c.so.5 libjson-c5 list --json
		libkmod.so.2 libkmod2 matrix
		libsmartcols.so.1 libsmartcols1 list --raw
		libmount.so.1 libmount1 list --all
		libz.so.1 zlib1g status
		libarchive.so.13 libarchive13 report
	END
}

@test "without libudev, list shows the devices without names" {
	without libudev.so.1 list
	status_is 0
	says noiommu-vfio0
	complains "hint: install libudev.so.1; on Debian: apt install libudev1"
}
