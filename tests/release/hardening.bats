#!/usr/bin/env bats
# What the compiler and linker do against the exploitation of a mistake, as readelf shows it of the binary. Of
# the build that is installed only: the others have other things to check.

load ../helper

elf() { # OPTION...
	readelf --wide "$@" "$VFIONOIOMMU"
}

# Without grep -q, which would end elf early.
has() { # PATTERN OPTION...
	elf "${@:2}" | grep -E -- "$1"
}

@test "it lies at random addresses: position independent, without relocations in its code" {
	has 'Type: +DYN' --file-header
	has 'FLAGS_1.* PIE' --dynamic
	not has TEXTREL --dynamic
}

@test "the tables of the linker are read-only, and all bound at the start" {
	has GNU_RELRO --program-headers
	has 'FLAGS_1.* NOW' --dynamic
	not has 'RPATH|RUNPATH' --dynamic
}

@test "nothing is both writable and executable, the stack neither" {
	has 'GNU_STACK .* RW +0x' --program-headers
	not has ' RWE ' --program-headers
}

@test "the stack's end and the bounds of what libc writes are checked" {
	has __stack_chk_fail --dyn-syms
	for name in snprintf fprintf vasprintf vsnprintf; do
		has " __${name}_chk@" --dyn-syms
	done
	not has ' (sprintf|gets|strcpy|strcat)@' --dyn-syms
}

@test "on x86, each function says that it may be jumped to, and a large frame is touched page by page" {
	[ "$(uname -m)" = x86_64 ] || return 0
	objdump --disassemble=main --no-show-raw-insn "$VFIONOIOMMU" | grep -A1 '<main>:' | grep endbr64
	objdump --disassemble=sysroot_read --no-show-raw-insn "$VFIONOIOMMU" | grep -E 'or[bq] +\$0x0,.*\(%rsp\)'
}
