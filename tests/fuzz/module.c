/* Module information: modules.builtin.modinfo and the section .modinfo of a module file, separated. Tests
 * os/module, with libkmod. Does not fuzz the indexes and the rest of the file: libkmod 30 trusts depmod
 * and the linker, and aborts on malformed ones. */
#include <elf.h>

#include "fuzz.h"
#include "os/os.h"

#define RELEASE "7.3.4"
#define MODULES "lib/modules/" RELEASE "/"

/* Written by depmod for the module kernel/vfio.ko with the alias devname:vfio/vfio, and the built-in
 * vfio_pci. */
static const uint8_t dep[] = "\xb0\x07\xf4\x57\0\2\0\1\x20\0\0\x28"
			     "fio\0\0\0\0\1\0\0\0\0kernel/vfio.ko:\0vv\xc0\0\0\x0c";
static const uint8_t alias[] = "\xb0\x07\xf4\x57\0\2\0\1\x20\0\0\x2a"
			       "evname:vfio/vfio\0\0\0\0\1\0\0\0\0vfio\0dd\xc0\0\0\x0c";
static const uint8_t builtin[] = "\xb0\x07\xf4\x57\0\2\0\1\x20\0\0\x1d"
				 "fio_pci\0\0\0\0\1\0\0\0\0\0vv\xc0\0\0\x0c";
static const uint8_t empty[] = "\xb0\x07\xf4\x57\0\2\0\1\0\0\0\x0c";

#define INDEX(name, bytes) fuzz_file(MODULES "modules." name ".bin", (struct part){ bytes, sizeof bytes - 1 })

static void make_indexes(void)
{
	static bool made;
	if (made)
		return;
	made = true;
	INDEX("dep", dep);
	INDEX("alias", alias);
	INDEX("builtin", builtin);
	INDEX("builtin.alias", empty);
	INDEX("symbols", empty);
}

/* A module file with only this section. */
static void make_file(struct part info)
{
	static const char names[] = "\0.modinfo\0.shstrtab";
	const size_t name_size = sizeof names, at = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr);
	const Elf64_Ehdr head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_REL,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_shoff = sizeof head,
		.e_ehsize = sizeof head,
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 3,
		.e_shstrndx = 2 };
	const Elf64_Shdr sections[3] = {
		[1] = { .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_offset = at, .sh_size = info.size },
		[2] = { .sh_name = 10,
			.sh_type = SHT_STRTAB,
			.sh_offset = at + info.size,
			.sh_size = name_size },
	};
	uint8_t *file = keep(at + name_size + info.size);
	memcpy(file, &head, sizeof head);
	memcpy(file + sizeof head, sections, sizeof sections);
	memcpy(file + at + info.size, names, name_size);
	if (info.size)
		memcpy(file + at, info.data, info.size);
	fuzz_file(MODULES "kernel/vfio.ko", (struct part){ file, at + name_size + info.size });
}

/* Whether one of the 0-terminated strings starts with `start`. */
static bool has_string(struct part strings, const char *start)
{
	bool found = false;
	const char *text = fuzz_text(strings);
	for (const char *at = text; at < text + strings.size; at += strlen(at) + 1)
		found |= text_starts(at, start);
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	static const char parameter[] = "enable_unsafe_noiommu_mode";
	const struct sysroot *root = fuzz_root();
	struct part info = { data, size };
	struct part all = fuzz_part(&info);
	make_indexes();
	make_file(info);
	fuzz_file(MODULES "modules.builtin.modinfo", all);
	/* The open files of the last kernel are kept: ask about another one, which is missing. */
	module_lookup(root, "0", "vfio");
	must(module_lookup(root, RELEASE, "vfio") == MODULE_AVAILABLE);
	must(module_lookup(root, RELEASE, "vfio_pci") == MODULE_BUILTIN);
	must(module_answers(root, RELEASE, "devname:vfio/vfio") == ANSWER_YES);
	must((module_has_parameter(root, RELEASE, "vfio", parameter) == ANSWER_YES) ==
		has_string(info, "parm=enable_unsafe_noiommu_mode:"));
	must((module_has_parameter(root, RELEASE, "vfio_pci", parameter) == ANSWER_YES) ==
		has_string(all, "vfio_pci.parm=enable_unsafe_noiommu_mode:"));
	must(module_uses(root, RELEASE, "vfio", "iommufd_ctx_from_fd") == ANSWER_UNKNOWN);
	return 0;
}
