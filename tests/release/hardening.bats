#!/usr/bin/env bats
# The protections of compiler and linker against exploits, in the output of readelf for the binary. Only the installed
# build has them: the other builds check other things.

load ../helper

elf() { # OPTION...
	readelf --wide "$@" "$VFIONOIOMMU"
}

# Without grep -q, which would end elf early.
has() { # PATTERN OPTION...
	elf "${@:2}" | grep -E -- "$1"
}

@test "the binary is position independent, and its code has no relocations" {
	has 'Type: +DYN' --file-header
	has 'FLAGS_1.* PIE' --dynamic
	not has TEXTREL --dynamic
}

@test "relocation tables are read-only, and symbols are bound at startup" {
	has GNU_RELRO --program-headers
	has 'FLAGS_1.* NOW' --dynamic
	not has 'RPATH|RUNPATH' --dynamic
}

@test "no segment is both writable and executable, and the stack is not executable" {
	has 'GNU_STACK .* RW +0x' --program-headers
	not has ' RWE ' --program-headers
}

@test "stack smashing and buffer overflows in libc functions are detected" {
	has __stack_chk_fail --dyn-syms
	for name in snprintf fprintf vsnprintf; do
		has " __${name}_chk@" --dyn-syms
	done
	not has ' (sprintf|gets|strcpy|strcat)@' --dyn-syms
}

@test "on x86, functions have CET landing pads, and large stack frames are probed" {
	[ "$(uname -m)" = x86_64 ] || return 0
	objdump --disassemble=main --no-show-raw-insn "$VFIONOIOMMU" | grep -A1 '<main>:' | grep endbr64
	objdump --disassemble=sysroot_read --no-show-raw-insn "$VFIONOIOMMU" | grep -E 'or[bq] +\$0x0,.*\(%rsp\)'
}
