/* An initramfs of one or more archives, plain or compressed: os/archive, with
 * libarchive. */
#include <spawn.h>

#include "base/base.h"
#include "fuzz.h"
#include "os/os.h"
#include "state/state.h"

/* Replaces libc's: libarchive must not start a program to unpack an archive. */
int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[])
{
	(void)pid, (void)actions, (void)attributes, (void)arguments, (void)environment;
	fprintf(stderr, "would start %s\n", file);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	char *modprobe = text_copy("");
	bool has_vfio = false;
	fuzz_file("boot/initrd.img", (struct part){ data, size });
	int error = initramfs_look(fuzz_root(), "boot/initrd.img", &has_vfio, &modprobe);
	must(error <= 0 && (!error || !has_vfio));
	must(strlen(modprobe) < (2 << 20));
	modprobe_text_option(modprobe, "vfio", NOIOMMU_PARAMETER);
	return 0;
}
