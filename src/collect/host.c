#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "collect/collect.h"
#include "state/state.h"

/* A host with everything unknown. */
static struct host host_unknown(void)
{
	struct host host = { .mode = MODE_UNKNOWN,
		.mode_at_load = MODE_UNKNOWN,
		.iommu = ANSWER_UNKNOWN,
		.sysfs_writable = ANSWER_UNKNOWN,
		.taint = -1,
		.modules = { [MODULE_VFIO] = { .name = "vfio" },
			[MODULE_VFIO_PCI] = { .name = "vfio_pci" },
			[MODULE_IOMMUFD] = { .name = "iommufd" } } };
	for (int question = 0; question < QUESTION_COUNT; question++)
		host.seen[question] = host.in_modules[question] = ANSWER_UNKNOWN;
	return host;
}

/* Possible locations of a kernel's configuration, most reliable first; {} is uname -r. */
static const char *const kconfig_places[] = {
	"proc/config.gz",
	"boot/config-{}",
	"lib/modules/{}/config",
	"usr/lib/modules/{}/config",
	"lib/modules/{}/build/.config",
	"usr/src/linux-headers-{}/.config",
	"usr/lib/ostree-boot/config-{}",
	"usr/lib/kernel/config-{}",
};

/* Whether a configuration says anything about VFIO. */
static bool is_about_vfio(const struct kconfig *config)
{
	for (int symbol = KCONFIG_VFIO; symbol <= KCONFIG_IOMMUFD; symbol++)
		if (config->value[symbol] >= KCONFIG_N)
			return true;
	return false;
}

/* The first whole configuration; if there is none, the first that says anything about VFIO. */
static void collect_kconfig(const struct sysroot *root, struct host *host)
{
	struct kconfig *chosen = &host->kconfig;
	for (size_t i = 0; i < ARRAY_SIZE(kconfig_places) && chosen->kind == KCONFIG_PARTIAL; i++) {
		if (!host->release && strstr(kconfig_places[i], "{}"))
			continue;
		const char *path = text_fill(kconfig_places[i], host->release, NULL);
		struct kconfig found = { 0 };
		/* /proc shows the running kernel only. */
		if ((!host->running && text_starts(path, "proc/")) || kconfig_read(root, path, &found))
			continue;
		if (found.kind != KCONFIG_PARTIAL || (!chosen->source && is_about_vfio(&found)))
			*chosen = found;
	}
}

static enum mode collect_mode(const struct sysroot *root, enum module_state vfio)
{
	const char *text = sysroot_read(root, "sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	if (text)
		return modprobe_bool(text);
	return errno == ENOENT && vfio >= MODULE_LOADED ? MODE_ABSENT : MODE_UNKNOWN;
}

static enum module_state collect_module(const struct sysroot *root, const struct host *host, const char *name)
{
	const char *directory = text_format("sys/module/%s", name);
	const char *initstate = text_format("%s/initstate", directory);
	/* Only modules loaded from a file have an initstate; built-in modules are listed for their parameters
	 * only. One that is being loaded can be waited for by loading it, too. */
	const char *state = host->running ? sysroot_read(root, initstate) : NULL;
	if (state && !text_same(state, "coming"))
		return MODULE_LOADED;
	if (host->running && !state && sysroot_exists(root, directory) == ANSWER_YES)
		return MODULE_BUILTIN;
	return host->release ? module_lookup(root, host->release, name) : MODULE_UNKNOWN;
}

enum answer host_collect_iommu(const struct sysroot *root)
{
	static enum answer here = ANSWER_UNKNOWN;
	struct name_list names = { 0 };
	if (root->live && here != ANSWER_UNKNOWN)
		return here;
	int error = sysroot_list(root, "sys/class/iommu", &names);
	enum answer answer = error == -ENOENT ? ANSWER_NO
			     : error          ? ANSWER_UNKNOWN
			     : names.count    ? ANSWER_YES
					      : ANSWER_NO;
	if (root->live)
		here = answer;
	return answer;
}

/* Whether the IORT, which all ACPI machines with Arm's interrupt controller have, describes an SMMU.
 * Unreadable without root. Arm DEN 0049: the number of nodes at byte 36, their offset at 40; of a node the
 * type, and at 1 the length; type 3: SMMU, 4: SMMUv3. */
static bool iort_has_smmu(const struct sysroot *root)
{
	unsigned char table[16384];
	ssize_t size = sysroot_read_bytes(root, "sys/firmware/acpi/tables/IORT", table, sizeof table);
	size_t length = 0, at;
	if (size < 44)
		return false;
	for (at = table[40] | (size_t)table[41] << 8; at + 3 <= (size_t)size; at += length) {
		length = table[at + 1] | (size_t)table[at + 2] << 8;
		if (table[at] == 3 || table[at] == 4)
			return true;
		if (length < 16)
			return false;
	}
	return false;
}

/* Whether a PCI host bridge in the device tree below `path` has an IOMMU; bus nodes are searched to `depth`.
 */
static bool tree_has_iommu(const struct sysroot *root, const char *path, int depth)
{
	struct name_list names = { 0 };
	const char **name;
	if (sysroot_list(root, path, &names))
		return false;
	array_each (name, &names) {
		if (!strchr(*name, '@') && !text_starts(*name, "soc") && !text_starts(*name, "bus"))
			continue;
		const char *node = text_format("%s/%s", path, *name);
		bool pci = text_starts(*name, "pci");
		if (pci && (sysroot_exists(root, PATH("%s/iommu-map", node)) == ANSWER_YES ||
				   sysroot_exists(root, PATH("%s/iommus", node)) == ANSWER_YES))
			return true;
		if (!pci && depth > 0 && tree_has_iommu(root, node, depth - 1))
			return true;
	}
	return false;
}

/* What describes an IOMMU for PCI devices, although the kernel uses none. */
static const char *find_unused_iommu(const struct sysroot *root)
{
	if (sysroot_exists(root, "sys/firmware/acpi/tables/DMAR") == ANSWER_YES)
		return "ACPI DMAR";
	if (sysroot_exists(root, "sys/firmware/acpi/tables/IVRS") == ANSWER_YES)
		return "ACPI IVRS";
	if (sysroot_exists(root, "sys/firmware/acpi/tables/VIOT") == ANSWER_YES)
		return "ACPI VIOT";
	if (iort_has_smmu(root))
		return "ACPI IORT";
	return tree_has_iommu(root, "sys/firmware/devicetree/base", 2) ? "device tree" : NULL;
}

static bool is_qemu(const struct sysroot *root)
{
	const char *vendor = sysroot_read(root, "sys/class/dmi/id/sys_vendor");
	const char *compatible =
		vendor ? NULL : sysroot_read(root, "sys/firmware/devicetree/base/compatible");
	return text_starts(vendor, "QEMU") || text_starts(compatible, "linux,dummy-virt");
}

/* The classes, nodes and parameters that exist only while vfio is loaded or built in. */
static void collect_seen(const struct sysroot *root, struct host *host)
{
	enum module_state vfio = host->modules[MODULE_VFIO].state;
	for (int question = 0; question < QUESTION_COUNT; question++)
		host->seen[question] = ANSWER_UNKNOWN;
	if (!host->running || vfio < MODULE_LOADED)
		return;
	host->seen[QUESTION_GROUP] = sysroot_exists(root, "sys/class/vfio");
	host->seen[QUESTION_CONTAINER] = sysroot_exists(root, "sys/class/misc/vfio");
	if (host->mode != MODE_UNKNOWN)
		host->seen[QUESTION_NOIOMMU] = host->mode == MODE_ABSENT ? ANSWER_NO : ANSWER_YES;
	const char *devices = sysroot_read(root, "proc/devices");
	if (devices)
		host->seen[QUESTION_CDEV] = strstr(devices, " vfio-dev\n") ? ANSWER_YES : ANSWER_NO;
	if (host->modules[MODULE_VFIO_PCI].state >= MODULE_LOADED)
		host->seen[QUESTION_PCI] = ANSWER_YES;
	/* iommufd may be available but not loaded, so its absence proves nothing. */
	if (sysroot_exists(root, "sys/class/misc/iommu") == ANSWER_YES)
		host->seen[QUESTION_IOMMUFD] = ANSWER_YES;
}

/* ---- modules that are not installed ---- */

/* What installs the modules of a kernel, by the ID in os-release(5); {} is its release. */
static const struct {
	const char *id, *command;
} packages[] = {
	{ "ubuntu", "apt install linux-modules-extra-{}" },
	{ "debian", "apt install --reinstall linux-image-{}" },
	{ "fedora", "dnf install kernel-modules-{}" },
	{ "rhel", "dnf install kernel-modules-{}" },
	{ "centos", "dnf install kernel-modules-{}" },
	{ "amzn", "dnf install kernel-modules-extra-{}" },
	{ "suse", "zypper install kernel-default" },
	{ "opensuse", "zypper install kernel-default" },
	{ "arch", "pacman -S linux" },
	{ "alpine", "apk add linux-lts" },
};

/* Whether one of the words in `value` is `word`: of ID=ubuntu, ID_LIKE="rhel fedora". */
static bool has_word(const char *value, const char *word)
{
	static const char separators[] = "=\"' ";
	size_t length = strlen(word);
	for (const char *at = value; (at = strstr(at, word)); at += length) {
		char after = at[length];
		if ((at == value || strchr(separators, at[-1])) && (!after || strchr(separators, after)))
			return true;
	}
	return false;
}

/* The index in `packages` of the distribution that the value of `key` in os-release names, or -1. */
static int find_distribution(const char *text, const char *key)
{
	const char *found = text_value(text, key);
	for (size_t i = 0; found && i < ARRAY_SIZE(packages); i++)
		if (has_word(found, packages[i].id))
			return (int)i;
	return -1;
}

static const char *find_package(const struct sysroot *root, const char *release)
{
	const char *etc = sysroot_read(root, "etc/os-release");
	const char *usr = etc ? NULL : sysroot_read(root, "usr/lib/os-release");
	const char *text = etc ? etc : usr;
	int found = text ? find_distribution(text, "ID") : -1;
	if (text && found < 0)
		found = find_distribution(text, "ID_LIKE");
	return found < 0 ? NULL : text_fill(packages[found].command, release, NULL);
}

/* Whether an update has replaced the running kernel: package managers remove the modules of the old one. */
static bool is_replaced(const struct sysroot *root, const char *release)
{
	struct name_list names = { 0 };
	return !sysroot_list(root, "lib/modules", &names) && names.count && !name_list_has(&names, release);
}

static void collect_missing(const struct sysroot *root, struct host *host)
{
	enum module_state vfio = host->modules[MODULE_VFIO].state, pci = host->modules[MODULE_VFIO_PCI].state;
	bool missing = vfio <= MODULE_MISSING || pci <= MODULE_MISSING;
	if (!missing || !host->release)
		return;
	host->module_package = find_package(root, host->release);
	host->replaced = host->running && is_replaced(root, host->release);
}

/* Whether iommufd was built, if its own files do not show it: vfio then imports its symbols. */
static enum answer iommufd_in_vfio(const struct sysroot *root, const char *release)
{
	enum answer cdev = module_uses(root, release, "vfio", "iommufd_ctx_from_fd");
	return cdev == ANSWER_YES ? cdev : module_uses(root, release, "vfio", "iommufd_ctx_from_file");
}

/* Exported and imported symbols show which source files were built: group.c and container.c of vfio export
 * some, device_cdev.c is the only file of vfio to import iommufd_ctx_from_fd, and hwpt_noiommu.c of iommufd
 * imports AMD's page table format. A module that is not installed shows nothing. */
static void collect_in_modules(const struct sysroot *root, struct host *host)
{
	const char *release = host->release;
	enum answer *answers = host->in_modules;
	enum module_state vfio = release ? module_lookup(root, release, "vfio") : MODULE_UNKNOWN;
	for (int question = 0; question < QUESTION_COUNT; question++)
		answers[question] = ANSWER_UNKNOWN;
	if (vfio < MODULE_AVAILABLE)
		return;
	answers[QUESTION_NOIOMMU] = module_has_parameter(root, release, "vfio", "enable_unsafe_noiommu_mode");
	answers[QUESTION_CONTAINER] = module_answers(root, release, "devname:vfio/vfio");
	/* Before 5.2 kernels leave no information of what is built in, and depmod no aliases of it. */
	if (vfio == MODULE_BUILTIN && answers[QUESTION_NOIOMMU] == ANSWER_UNKNOWN &&
		answers[QUESTION_CONTAINER] == ANSWER_NO)
		answers[QUESTION_CONTAINER] = ANSWER_UNKNOWN;
	enum module_state iommufd = module_lookup(root, release, "iommufd");
	answers[QUESTION_IOMMUFD] = iommufd >= MODULE_AVAILABLE ? ANSWER_YES
				    : vfio == MODULE_AVAILABLE  ? iommufd_in_vfio(root, release)
								: ANSWER_UNKNOWN;
	if (module_lookup(root, release, "vfio_pci") >= MODULE_AVAILABLE)
		answers[QUESTION_PCI] = ANSWER_YES;
	if (vfio == MODULE_BUILTIN)
		return;
	/* Before 5.19 the symbol had another name, and the group was always built. */
	answers[QUESTION_GROUP] =
		module_answers(root, release, "symbol:vfio_file_iommu_group") == ANSWER_YES
			? ANSWER_YES
			: module_answers(root, release, "symbol:vfio_group_get_external_user");
	/* TRIM_UNUSED_KSYMS removes these, but not what vfio_pci imports. */
	if (answers[QUESTION_GROUP] == ANSWER_NO)
		answers[QUESTION_GROUP] = module_answers(root, release, "symbol:vfio_file_is_group");
	answers[QUESTION_CDEV] = module_uses(root, release, "vfio", "iommufd_ctx_from_fd");
	answers[QUESTION_CDEV_NOIOMMU] = module_uses(root, release, "iommufd", "pt_iommu_amdv1_init");
}

static void collect_state(const struct sysroot *root, struct host *host)
{
	for (int i = 0; i < MODULE_COUNT; i++)
		host->modules[i].state = collect_module(root, host, host->modules[i].name);
	host->mode = host->running ? collect_mode(root, host->modules[MODULE_VFIO].state) : MODE_UNKNOWN;
	collect_seen(root, host);
}

void host_collect_state(const struct sysroot *root, struct host *host)
{
	collect_state(root, host);
	host->taint = host->running ? taint_collect_value(root) : -1;
}

const char *host_release(const struct sysroot *root)
{
	const char *release = sysroot_read(root, "proc/sys/kernel/osrelease");
	/* The release is used in paths. */
	return release && strchr(release, '/') ? NULL : release;
}

void host_collect_basics(const struct sysroot *root, struct host *host)
{
	*host = host_unknown();
	host->release = host_release(root);
	host->running = true;
	host->taint = taint_collect_value(root);
	/* The filesystem of a recorded machine is another one. */
	host->sysfs_writable = root->live ? sysroot_writable(root, "sys/bus/pci") : ANSWER_UNKNOWN;
	host->root = user_is_root();
}

void host_collect_build(const struct sysroot *root, bool evidence, struct host *host)
{
	if (!host->build_skipped)
		return;
	host->build_skipped = false;
	collect_kconfig(root, host);
	if (evidence || host->modules[MODULE_VFIO].state < MODULE_LOADED || !host->kconfig.source)
		collect_in_modules(root, host);
}

void host_collect_running(const struct sysroot *root, struct host *host)
{
	host_collect_basics(root, host);
	host->build_skipped = true;
	collect_state(root, host);
	collect_missing(root, host);
	host->arch = sysroot_read(root, "proc/sys/kernel/arch");
	host->iommu = host_collect_iommu(root);
	if (host->iommu == ANSWER_NO) {
		host->unused_iommu = find_unused_iommu(root);
		host->qemu = is_qemu(root);
	}
}

void host_collect(const struct sysroot *root, struct host *host)
{
	host_collect_running(root, host);
	host_collect_build(root, true, host);
}

/* Where a name with the release of each installed kernel is; the prefix is not part of the release. */
static const struct {
	const char *directory, *prefix;
} kernel_places[] = {
	{ "lib/modules", "" },
	{ "usr/lib/modules", "" },
	{ "boot", "vmlinuz-" },
	{ "boot", "vmlinux-" },
	{ "boot", "config-" },
	{ "usr/lib/kernel", "config-" },
	{ "usr/lib/ostree-boot", "config-" },
};

static int compare_releases(const void *a, const void *b)
{
	const char *const *first = a, *const *second = b;
	return strverscmp(*first, *second);
}

static void add_release(struct name_list *releases, const char *release)
{
	/* Not "extramodules", "0-rescue-MACHINE". */
	bool is_release = release && release[0] >= '1' && release[0] <= '9';
	if (is_release)
		name_list_add(releases, release);
}

void host_list_kernels(const struct sysroot *root, struct name_list *releases)
{
	add_release(releases, host_release(root));
	for (size_t i = 0; i < ARRAY_SIZE(kernel_places); i++) {
		struct name_list names = { 0 };
		const char **name;
		if (sysroot_list(root, kernel_places[i].directory, &names))
			continue;
		array_each (name, &names)
			add_release(releases, text_after(*name, kernel_places[i].prefix));
	}
	if (releases->count)
		qsort(releases->items, releases->count, sizeof *releases->items, compare_releases);
}

int host_collect_kernel(const struct sysroot *root, const char *release, struct host *host)
{
	if (text_same(release, host_release(root))) {
		host_collect(root, host);
		return 0;
	}
	struct host found = host_unknown();
	found.release = release;
	collect_kconfig(root, &found);
	host_collect_state(root, &found);
	collect_in_modules(root, &found);
	if (!found.kconfig.source && found.modules[MODULE_VFIO].state == MODULE_UNKNOWN) {
		struct name_list installed = { 0 };
		host_list_kernels(root, &installed);
		if (!name_list_has(&installed, release))
			return -ENOENT;
	}
	*host = found;
	return 0;
}

bool host_merge_config(struct host *host, const struct host *fragment)
{
	bool installed = host->release || host->running;
	if (installed || fragment->kconfig.kind != KCONFIG_PARTIAL)
		return false;
	kconfig_merge(&host->kconfig, &fragment->kconfig);
	return true;
}

int host_collect_config(const char *path, struct host *host)
{
	struct host found = host_unknown();
	bool standard_input = text_same(path, "-");
	int fd = standard_input ? dup(STDIN_FILENO) : sysroot_open_file(&SYSROOT_USER, path);
	if (fd < 0)
		return standard_input ? -errno : fd;
	int error = kconfig_read_fd(fd, standard_input ? "standard input" : path, &found.kconfig);
	if (error)
		return error;
	*host = found;
	return 0;
}
