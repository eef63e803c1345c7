#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "collect/collect.h"
#include "state/state.h"

/* ---- the configuration of modprobe ---- */

/* Bytes; the rest of a longer file is ignored: the number of each line is counted from the first one. */
#define MODPROBE_FILE_MAX 65536

#define OWN_NAME (strrchr(MODPROBE_CONF_FILE, '/') + 1)

/* A file to read. If several directories have a file of the same name, the first wins. */
struct candidate {
	const char *name, *directory;
};

struct candidates {
	struct candidate *items;
	size_t count;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct candidate *)a)->name, ((const struct candidate *)b)->name);
}

static bool has_name(const struct candidates *candidates, const char *name)
{
	const struct candidate *candidate;
	array_each (candidate, candidates)
		if (text_same(candidate->name, name))
			return true;
	return false;
}

static bool is_conf(const char *name)
{
	size_t length = strlen(name);
	return length > 5 && text_same(name + length - 5, ".conf");
}

static int collect_candidates(const struct sysroot *root, const char *own, struct candidates *found)
{
	static const char *const directories[] = { "etc/modprobe.d", "run/modprobe.d",
		"usr/local/lib/modprobe.d", "usr/lib/modprobe.d", "lib/modprobe.d" };
	int failed = 0;
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		struct name_list names = { 0 };
		const char **name;
		int error = sysroot_list(root, directories[i], &names);
		failed = failed || error == -ENOENT ? failed : error;
		array_each (name, &names)
			if (is_conf(*name) && !has_name(found, *name))
				*array_add(found) = (struct candidate){ *name, directories[i] };
		if (own && i == 0 && !has_name(found, OWN_NAME))
			*array_add(found) = (struct candidate){ OWN_NAME, directories[i] };
	}
	if (found->count)
		qsort(found->items, found->count, sizeof *found->items, by_name);
	return failed;
}

/* `blocked` NULL: nothing. */
static void set_block(struct next_boot *next, const char *blocked, const char *module)
{
	next->blocked = blocked;
	next->blocked_module = module;
}

/* What keeps vfio_pci, or a module that it needs, from being loaded, as `find` sees it. */
static void find_block(struct next_boot *next, const char *path, const char *text,
	const char *(*find)(const char *text, const char *module))
{
	static const char *const modules[] = { "vfio", "vfio_pci", "vfio_pci_core", "vfio_virqfd" };
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		const char *line = find(text, modules[i]);
		if (!line)
			continue;
		set_block(next, text_format("/%s %s", path, line), modules[i]);
		return;
	}
}

/* `ids` NULL: none. The last ones count. `path`: below the root. */
static void take_ids(struct next_boot *next, const char *ids, const char *path)
{
	if (!ids)
		return;
	next->ids = ids;
	next->ids_source = text_format("/%s", path);
}

/* What else the file says of vfio_pci. */
static void take_rest(struct next_boot *next, const char *path, const char *text)
{
	if (!next->blocked)
		find_block(next, path, text, modprobe_text_blocked);
	take_ids(next, modprobe_text_ids(text), path);
}

int modprobe_collect_option(const struct sysroot *root, const char *own, const char *module,
	const char *parameter, enum mode *mode, const char **source, struct next_boot *next)
{
	struct candidates candidates = { 0 };
	const struct candidate *candidate;
	int failed = collect_candidates(root, own, &candidates);
	*mode = MODE_UNKNOWN;
	*source = NULL;
	array_each (candidate, &candidates) {
		const char *path = text_format("%s/%s", candidate->directory, candidate->name);
		const char *text = own && text_same(path, &MODPROBE_CONF_FILE[1])
					   ? own
					   : sysroot_read_file(root, path, MODPROBE_FILE_MAX);
		if (!text) {
			/* A link to /dev/null masks a file. */
			failed = failed || errno == ENOENT || errno == EINVAL ? failed : -errno;
			continue;
		}
		/* Most say nothing of it. */
		if (!strstr(text, "vfio"))
			continue;
		if (next)
			take_rest(next, path, text);
		enum mode said = modprobe_text_option(text, module, parameter);
		if (said == MODE_UNKNOWN)
			continue;
		*mode = said;
		*source = text_format("/%s", path);
	}
	return failed;
}

/* ---- the denylist of vfio-pci ---- */

bool denylist_collect_disabled(const struct sysroot *root)
{
	enum mode mode;
	const char *live = sysroot_read(root, "sys/module/vfio_pci/parameters/disable_denylist");
	if (live)
		return modprobe_bool(live) == MODE_ON;
	/* Before 5.9 there was no list. */
	if (sysroot_exists(root, "sys/module/vfio_pci/parameters/nointxmask") == ANSWER_YES)
		return true;
	const char *source = NULL, *cmdline = sysroot_read_file(root, "proc/cmdline", SYSROOT_TEXT_MAX);
	modprobe_collect_option(root, NULL, "vfio_pci", "disable_denylist", &mode, &source, NULL);
	enum mode said =
		cmdline ? modprobe_cmdline_option(cmdline, "vfio_pci", "disable_denylist") : MODE_UNKNOWN;
	return (said == MODE_UNKNOWN ? mode : said) == MODE_ON;
}

/* ---- the next boot ---- */

/* What the existence of a file shows about the distribution; the first existing file wins. */
struct trait {
	const char *path;  /* below the root */
	const char *means; /* a command, or the setting to edit */
	const char *tool;  /* the command that applies the setting; NULL: none, or unknown */
};

static const struct trait boot_files[] = {
	{ "etc/kernel/cmdline", "the file /etc/kernel/cmdline",
		"kernel-install add $(uname -r) /boot/vmlinuz-$(uname -r)" },
	{ "boot/firmware/cmdline.txt", "the file /boot/firmware/cmdline.txt", NULL },
	{ "etc/default/u-boot", "U_BOOT_PARAMETERS in /etc/default/u-boot", "u-boot-update" },
	{ NULL, NULL, NULL },
};

static const struct trait grub_files[] = {
	{ "etc/default/grub", "GRUB_CMDLINE_LINUX in /etc/default/grub", NULL },
	{ NULL, NULL, NULL },
};

static const struct trait grub_tools[] = {
	/* Fedora and RHEL keep the parameters of installed kernels in /boot/loader/entries. */
	{ "usr/sbin/grubby", "grubby --update-kernel=ALL --{}=vfio." NOIOMMU_PARAMETER "=1", NULL },
	{ "usr/sbin/update-grub", "update-grub", NULL },
	{ "usr/sbin/grub2-mkconfig", "grub2-mkconfig -o /boot/grub2/grub.cfg", NULL },
	{ "usr/bin/grub-mkconfig", "grub-mkconfig -o /boot/grub/grub.cfg", NULL },
	{ NULL, NULL, NULL },
};

static const struct trait initramfs_tools[] = {
	{ "usr/sbin/update-initramfs", "update-initramfs -u", NULL },
	{ "usr/bin/dracut", "dracut --force", NULL },
	{ "usr/sbin/dracut", "dracut --force", NULL },
	{ "usr/bin/mkinitcpio", "mkinitcpio -P", NULL },
	{ NULL, NULL, NULL },
};

/* The first of the traits whose file exists, or the empty one at their end. */
static const struct trait *first_existing(const struct sysroot *root, const struct trait *traits)
{
	while (traits->path && sysroot_exists(root, traits->path) != ANSWER_YES)
		traits++;
	return traits;
}

static void collect_boot_setting(const struct sysroot *root, struct next_boot *next)
{
	const struct trait *setting = first_existing(root, boot_files);
	next->boot_file = setting->means;
	next->boot_tool = setting->tool;
	if (setting->path)
		return;
	next->boot_file = first_existing(root, grub_files)->means;
	next->boot_tool = first_existing(root, grub_tools)->means;
}

static enum own_file collect_own(const struct sysroot *root)
{
	/* With one byte more, because a longer file differs. */
	const char *text = sysroot_read_file(root, &MODPROBE_CONF_FILE[1], strlen(modprobe_conf_text) + 1);
	if (!text)
		return errno == ENOENT || errno == ENOTDIR ? OWN_FILE_NONE : OWN_FILE_EDITED;
	return text_same(text, modprobe_conf_text) ? OWN_FILE_OURS : OWN_FILE_EDITED;
}

#define MODULES_DISABLED "proc/sys/kernel/modules_disabled"

/* The kernel itself refuses to load them; this takes precedence. */
static void take_kernels_block(const struct sysroot *root, const char *cmdline, struct next_boot *next)
{
	if (text_same(sysroot_read(root, MODULES_DISABLED), "1"))
		set_block(next, "/" MODULES_DISABLED " is 1", NULL);
	else
		find_block(next, "proc/cmdline", cmdline, modprobe_cmdline_blocked);
}

void nextboot_collect(const struct sysroot *root, const char *own, struct host *host, struct next_boot *next)
{
	struct next_boot found = { .mode = MODE_OFF,
		.own = collect_own(root),
		.own_path = MODPROBE_CONF_FILE,
		.initramfs_has_vfio = ANSWER_UNKNOWN,
		.initramfs_mode = MODE_UNKNOWN };
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	enum mode set = MODE_UNKNOWN;
	collect_boot_setting(root, &found);
	found.initramfs_tool = first_existing(root, initramfs_tools)->means;
	bool known = modprobe_collect_option(
			     root, own, "vfio", NOIOMMU_PARAMETER, &set, &found.source, &found) == 0;
	/* Of a module that is built in, modprobe.d says nothing. */
	if (vfio == MODULE_BUILTIN) {
		found.source = NULL;
		set = MODE_UNKNOWN;
		known = true;
		if (text_same(found.blocked_module, "vfio"))
			set_block(&found, NULL, NULL);
	}
	const char *cmdline = sysroot_read_file(root, "proc/cmdline", SYSROOT_TEXT_MAX);
	enum mode said = cmdline ? modprobe_cmdline_option(cmdline, "vfio", NOIOMMU_PARAMETER) : MODE_UNKNOWN;
	/* The command line takes precedence, for a module as well: modprobe appends its options last. */
	if (said != MODE_UNKNOWN) {
		found.source = "/proc/cmdline";
		set = said;
	}
	if (host->modules[MODULE_VFIO_PCI].state == MODULE_AVAILABLE ||
		host->modules[MODULE_VFIO].state == MODULE_AVAILABLE)
		take_kernels_block(root, cmdline ? cmdline : "", &found);
	take_ids(&found, cmdline ? modprobe_cmdline_ids(cmdline) : NULL, "proc/cmdline");
	if (host->mode == MODE_ABSENT)
		found.mode = MODE_ABSENT;
	else if (!known || !cmdline || vfio == MODULE_UNKNOWN)
		found.mode = MODE_UNKNOWN;
	else if (set != MODE_UNKNOWN)
		found.mode = set;
	*next = found;
	host->mode_at_load = found.mode;
}

void nextboot_collect_initramfs(const struct sysroot *root, const struct host *host, struct next_boot *next)
{
	/* The last ones by the Boot Loader Specification. */
	static const char *const patterns[] = { "boot/initrd.img-{}", "boot/initramfs-{}.img",
		"boot/initrd-{}", "boot/initramfs-linux.img", "boot/{detail}/{}/initrd",
		"efi/{detail}/{}/initrd", "boot/efi/{detail}/{}/initrd" };
	const char *machine = sysroot_read(root, "etc/machine-id");
	for (size_t i = 0; i < ARRAY_SIZE(patterns) && !next->initramfs && host->release; i++) {
		const char *path = text_fill(patterns[i], host->release, machine ? machine : "-");
		char *text = text_copy("");
		bool has_vfio = false;
		int error = initramfs_look(root, path, &has_vfio, &text);
		if (error == -ENOENT)
			continue;
		next->initramfs = text_format("/%s", path);
		if (error)
			continue;
		next->initramfs_has_vfio = has_vfio ? ANSWER_YES : ANSWER_NO;
		enum mode mode = modprobe_text_option(text, "vfio", NOIOMMU_PARAMETER);
		next->initramfs_mode = mode == MODE_UNKNOWN ? MODE_OFF : mode;
	}
}
