#include "collect/host.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/kconfig.h"
#include "kernel/module.h"

/* Where a running kernel's configuration may lie, the surest first; RELEASE stands for uname -r. */
static const char *const kconfig_places[] = {
	"proc/config.gz",
	"boot/config-RELEASE",
	"lib/modules/RELEASE/config",
	"usr/lib/modules/RELEASE/config",
	"lib/modules/RELEASE/build/.config",
	"usr/src/linux-headers-RELEASE/.config",
	"usr/lib/ostree-boot/config-RELEASE",
	"usr/lib/kernel/config-RELEASE",
};

static char *kconfig_place(const char *pattern, const char *release)
{
	const char *word = strstr(pattern, "RELEASE");
	if (!word)
		return text_copy(pattern);
	if (!release)
		return NULL;
	return text_format("%.*s%s%s", (int)(word - pattern), pattern, release, word + strlen("RELEASE"));
}

static void collect_kconfig(const struct sysroot *root, struct host *host)
{
	for (size_t i = 0; i < ARRAY_SIZE(kconfig_places) && !host->kconfig.source; i++) {
		auto_free char *path = kconfig_place(kconfig_places[i], host->release);
		if (path)
			kconfig_read(root, path, &host->kconfig);
	}
}

/* kstrtobool's forms, as the kernel prints and takes them. */
static enum mode mode_parse(const char *text)
{
	int first = tolower((unsigned char)text[0]);
	if (first == 'y' || first == 't' || first == '1')
		return MODE_ON;
	if (first == 'n' || first == 'f' || first == '0')
		return MODE_OFF;
	return MODE_UNKNOWN;
}

static enum mode collect_mode(const struct sysroot *root)
{
	auto_free char *text = sysroot_read(root, "sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	if (text)
		return mode_parse(text);
	bool absent = errno == ENOENT;
	return absent && sysroot_exists(root, "sys/module/vfio") == ANSWER_YES ? MODE_ABSENT : MODE_UNKNOWN;
}

static enum module_state collect_module(const struct sysroot *root, const char *release, const char *name)
{
	auto_free char *directory = text_format("sys/module/%s", name);
	auto_free char *initstate = text_format("%s/initstate", directory);
	/* Only what was loaded from a file has an initstate; built in modules show up only for their
	 * parameters. */
	if (sysroot_exists(root, initstate) == ANSWER_YES)
		return MODULE_LOADED;
	if (sysroot_exists(root, directory) == ANSWER_YES)
		return MODULE_BUILTIN;
	return release ? module_lookup(root, release, name) : MODULE_UNKNOWN;
}

static enum answer collect_iommu(const struct sysroot *root)
{
	auto_names struct name_list names = { 0 };
	int error = sysroot_list(root, "sys/class/iommu", &names);
	if (error)
		return error == -ENOENT ? ANSWER_NO : ANSWER_UNKNOWN;
	return names.count ? ANSWER_YES : ANSWER_NO;
}

static long long collect_taint(const struct sysroot *root)
{
	char *end;
	auto_free char *text = sysroot_read(root, "proc/sys/kernel/tainted");
	if (!text)
		return -1;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	return errno || end == text || *end || value < 0 ? -1 : value;
}

void host_collect_state(const struct sysroot *root, struct host *host)
{
	static const char *const names[MODULE_COUNT] = {
		[MODULE_VFIO] = "vfio",
		[MODULE_VFIO_PCI] = "vfio_pci",
		[MODULE_IOMMUFD] = "iommufd",
	};
	for (int i = 0; i < MODULE_COUNT; i++)
		host->modules[i] = (struct module){ .name = names[i],
			.state = collect_module(root, host->release, names[i]) };
	host->mode = collect_mode(root);
	host->taint = collect_taint(root);
	host->group_class = sysroot_exists(root, "sys/class/vfio");
	host->container_misc = sysroot_exists(root, "sys/class/misc/vfio");
	host->iommufd_misc = sysroot_exists(root, "sys/class/misc/iommu");
}

void host_collect(const struct sysroot *root, struct host *host)
{
	*host = (struct host){ 0 };
	host->release = sysroot_read(root, "proc/sys/kernel/osrelease");
	/* It becomes a part of paths. */
	if (host->release && strchr(host->release, '/')) {
		free(host->release);
		host->release = NULL;
	}
	collect_kconfig(root, host);
	host_collect_state(root, host);
	host->iommu = collect_iommu(root);
	host->sysfs_writable = sysroot_writable(root, "sys/bus/pci");
	host->root = geteuid() == 0;
}
