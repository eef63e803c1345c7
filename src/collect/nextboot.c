#include "collect/nextboot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "collect/modprobe.h"
#include "kernel/initramfs.h"

/* Bytes; more than any kernel's limit. */
#define CMDLINE_MAX 16384
#define OWN_FILE    "etc/modprobe.d/vfionoiommu.conf"

const char nextboot_own_text[] =
	"# By vfionoiommu enable --persistent; vfionoiommu disable --persistent removes it.\n"
	"options vfio enable_unsafe_noiommu_mode=1\n";

/* What the existence of a file shows about the distribution; the first existing file wins. */
struct trait {
	const char *path;  /* below the root */
	const char *means; /* a command, or the setting to edit */
};

static const struct trait boot_files[] = {
	{ "etc/kernel/cmdline", "the file /etc/kernel/cmdline" },
	{ "boot/firmware/cmdline.txt", "the file /boot/firmware/cmdline.txt" },
	{ "etc/default/u-boot", "U_BOOT_PARAMETERS in /etc/default/u-boot" },
	{ "etc/default/grub", "GRUB_CMDLINE_LINUX in /etc/default/grub" },
	{ NULL, NULL },
};

static const struct trait boot_tools[] = {
	{ "etc/kernel/cmdline", "kernel-install add-all" },
	{ "boot/firmware/cmdline.txt", NULL },
	{ "etc/default/u-boot", "u-boot-update" },
	{ "usr/sbin/update-grub", "update-grub" },
	{ "usr/sbin/grub2-mkconfig", "grub2-mkconfig -o /boot/grub2/grub.cfg" },
	{ "usr/bin/grub-mkconfig", "grub-mkconfig -o /boot/grub/grub.cfg" },
	{ NULL, NULL },
};

static const struct trait initramfs_tools[] = {
	{ "usr/sbin/update-initramfs", "update-initramfs -u" },
	{ "usr/bin/dracut", "dracut --force" },
	{ "usr/sbin/dracut", "dracut --force" },
	{ "usr/bin/mkinitcpio", "mkinitcpio -P" },
	{ NULL, NULL },
};

static const char *first_existing(const struct sysroot *root, const struct trait *traits)
{
	while (traits->path && sysroot_exists(root, traits->path) != ANSWER_YES)
		traits++;
	return traits->means;
}

static enum own_file collect_own(const struct sysroot *root)
{
	auto_free char *text = sysroot_read_file(root, OWN_FILE, sizeof nextboot_own_text);
	if (!text)
		return errno == ENOENT || errno == ENOTDIR ? OWN_FILE_NONE : OWN_FILE_EDITED;
	return text_same(text, nextboot_own_text) ? OWN_FILE_OURS : OWN_FILE_EDITED;
}

void nextboot_collect(const struct sysroot *root, const struct host *host, struct next_boot *next)
{
	struct next_boot found = { .mode = MODE_OFF,
		.own = collect_own(root),
		.own_path = "/" OWN_FILE,
		.initramfs_has_vfio = ANSWER_UNKNOWN,
		.initramfs_mode = MODE_UNKNOWN };
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	enum mode set = MODE_UNKNOWN;
	bool known = true;
	found.boot_file = first_existing(root, boot_files);
	found.boot_tool = first_existing(root, boot_tools);
	found.initramfs_tool = first_existing(root, initramfs_tools);
	if (vfio != MODULE_BUILTIN)
		known = modprobe_collect_mode(root, &set, &found.source) == 0;
	auto_free char *cmdline = sysroot_read_file(root, "proc/cmdline", CMDLINE_MAX);
	enum mode said = cmdline ? modprobe_cmdline_mode(cmdline) : MODE_UNKNOWN;
	/* The command line takes precedence, for a module as well: modprobe appends its options last. */
	if (said != MODE_UNKNOWN) {
		free(found.source);
		found.source = text_copy("/proc/cmdline");
		set = said;
	}
	if (host->mode == MODE_ABSENT)
		found.mode = MODE_ABSENT;
	else if (!known || !cmdline || vfio == MODULE_UNKNOWN)
		found.mode = MODE_UNKNOWN;
	else if (set != MODE_UNKNOWN)
		found.mode = set;
	*next = found;
}

void nextboot_collect_initramfs(const struct sysroot *root, const struct host *host, struct next_boot *next)
{
	static const char *const patterns[] = { "boot/initrd.img-{}", "boot/initramfs-{}.img",
		"boot/initrd-{}", "boot/initramfs-linux.img" };
	for (size_t i = 0; i < ARRAY_SIZE(patterns) && !next->initramfs && host->release; i++) {
		auto_free char *path = text_fill(patterns[i], host->release, NULL);
		auto_free char *text = text_copy("");
		bool has_vfio = false;
		int error = initramfs_look(root, path, &has_vfio, &text);
		if (error == -ENOENT)
			continue;
		next->initramfs = text_format("/%s", path);
		if (error)
			continue;
		next->initramfs_has_vfio = has_vfio ? ANSWER_YES : ANSWER_NO;
		enum mode mode = modprobe_text_mode(text);
		next->initramfs_mode = mode == MODE_UNKNOWN ? MODE_OFF : mode;
	}
}
