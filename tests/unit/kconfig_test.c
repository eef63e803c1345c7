#include "base/base.h"
#include "os/os.h"
#include "tap.h"

static enum kconfig_value after(const char *line)
{
	struct kconfig config = { 0 };
	kconfig_line(&config, line);
	return config.value[KCONFIG_VFIO];
}

/* A configuration with these lines, and as many that name another symbol. */
static struct kconfig with_others(const char *const *lines, int others)
{
	struct kconfig config = { .named = others };
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		config.value[symbol] = KCONFIG_ABSENT;
	for (; *lines; lines++)
		kconfig_line(&config, *lines);
	kconfig_conclude(&config);
	return config;
}

static struct kconfig with(const char *const *lines)
{
	return with_others(lines, 0);
}

static struct kconfig whole(const char *const *lines)
{
	return with_others(lines, 500);
}

#define LINES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define HEADER     "# Linux/x86 7.3.4 Kernel Configuration\n"

static int version_in(const char *header)
{
	return with(LINES(header, "CONFIG_VFIO=m\n")).version;
}

static void test_header(void)
{
	ok(version_in(HEADER) == 703);
	ok(version_in("### Linux/arm64 6.6.51-android15 Kernel Configuration") == 606);
	ok(version_in("# Linux/x86_64 5.14.0-503.el9.x86_64 Kernel Configuration") == 514);
	ok(version_in("# Linux kernel version: 2.6.32.9\n") == 206);
	ok(version_in("# Vendor/arm64 5.10.110 Kernel Configuration") == 510);
	ok(version_in("# Linux/x86 -5.300 Kernel Configuration") == 0);
	ok(version_in("# U-Boot 2023.01 Configuration") == 0);
	ok(version_in("# Busybox version: 1.36.1") == 0);
	ok(version_in("# Xen/x86 4.17 Configuration") == 0);
	ok(version_in("CONFIG_CMDLINE=\"Linux/x86 7.3\"") == 0);
}

/* golden/matrix.txt has the other kinds. */
static void test_kinds(void)
{
	/* it depends on VFIO */
	ok(with(LINES("CONFIG_VFIO=n")).value[KCONFIG_VFIO_NOIOMMU] == KCONFIG_ABSENT);
	/* VFIO depended on an IOMMU then */
	ok(whole(LINES("# Linux/mips 4.19.1 Kernel Configuration")).kind == KCONFIG_WHOLE);
	/* a long output of savedefconfig: a tenth is off */
	struct kconfig saved = { .off = 211, .named = 2200 };
	kconfig_conclude(&saved);
	ok(saved.kind == KCONFIG_PARTIAL);
}

static struct kconfig merged(struct kconfig config, struct kconfig fragment)
{
	kconfig_merge(&config, &fragment);
	return config;
}

static void test_merge(void)
{
	struct kconfig base = whole(LINES(HEADER, "CONFIG_VFIO=m", "CONFIG_VFIO_GROUP=y",
		"CONFIG_VFIO_CONTAINER=y", "CONFIG_IOMMUFD=m", "CONFIG_VFIO_DEVICE_CDEV=y",
		"CONFIG_VFIO_NOIOMMU=y", "CONFIG_IOMMUFD_NOIOMMU=y"));
	struct kconfig same = merged(base, with(LINES("CONFIG_VFIO=m")));
	ok(same.kind == KCONFIG_WHOLE && same.value[KCONFIG_IOMMUFD_NOIOMMU] == KCONFIG_Y);
	struct kconfig off = merged(base, with(LINES("# CONFIG_VFIO_NOIOMMU is not set")));
	ok(off.kind == KCONFIG_PARTIAL && off.version == 703);
	ok(off.value[KCONFIG_VFIO_NOIOMMU] == KCONFIG_N && off.value[KCONFIG_VFIO_GROUP] == KCONFIG_Y);
	ok(off.value[KCONFIG_IOMMUFD_NOIOMMU] == KCONFIG_UNKNOWN);
	ok(off.value[KCONFIG_GENERIC_ATOMIC64] == KCONFIG_ABSENT); /* the architecture stays the same */
	/* the cdev depends on iommufd, the container on the group */
	ok(merged(base, with(LINES("CONFIG_IOMMUFD=n"))).value[KCONFIG_VFIO_DEVICE_CDEV] == KCONFIG_N);
	ok(merged(base, with(LINES("CONFIG_VFIO_GROUP=n"))).value[KCONFIG_VFIO_CONTAINER] == KCONFIG_N);
	ok(merged(base, with(LINES("CONFIG_VFIO=n"))).value[KCONFIG_VFIO_NOIOMMU] == KCONFIG_N);
	/* a symbol that this version does not have stays absent */
	struct kconfig old = whole(LINES("# Linux/x86 5.10.1 Kernel Configuration", "CONFIG_VFIO=m"));
	ok(merged(old, with(LINES("CONFIG_VFIO_NOIOMMU=y", "CONFIG_VFIO_CONTAINER=n")))
			.value[KCONFIG_VFIO_CONTAINER] == KCONFIG_ABSENT);
}

int main(void)
{
	struct kconfig config = { 0 };
	ok(after("CONFIG_VFIO=y\n") == KCONFIG_Y);
	ok(after("CONFIG_VFIO=m") == KCONFIG_M);
	ok(after("CONFIG_VFIO=n\n") == KCONFIG_N);
	ok(after("CONFIG_VFIO=m\r\n") == KCONFIG_M);
	ok(after("# CONFIG_VFIO is not set\n") == KCONFIG_N);
	ok(after("# CONFIG_VFIO=y\n") == KCONFIG_UNKNOWN);
	ok(after("CONFIG_VFIO is not set\n") == KCONFIG_UNKNOWN);
	ok(after("CONFIG_VFIO=yes\n") == KCONFIG_UNKNOWN);
	ok(after("CONFIG_VFIO=\n") == KCONFIG_UNKNOWN);
	ok(after("CONFIG_VFIO\n") == KCONFIG_UNKNOWN);
	ok(after("CONFIG_VFIO_PCI=m\n") == KCONFIG_UNKNOWN);
	ok(after("XCONFIG_VFIO=m\n") == KCONFIG_UNKNOWN);
	ok(after("") == KCONFIG_UNKNOWN);
	kconfig_line(&config, "CONFIG_VFIO_NOIOMMU=y");
	kconfig_line(&config, "# CONFIG_VFIO_NOIOMMU is not set");
	ok(config.value[KCONFIG_VFIO_NOIOMMU] == KCONFIG_N); /* the last line wins */
	ok(after("CONFIG_VFIO    policy<{'amd64': 'm'}>\n") == KCONFIG_UNKNOWN);
	kconfig_line(&config, "CONFIG_MLX5_VFIO_PCI=m");
	ok(config.value[KCONFIG_VFIO_PCI_CORE] == KCONFIG_M &&
		config.value[KCONFIG_VFIO_PCI] == KCONFIG_UNKNOWN);
	test_header();
	test_kinds();
	test_merge();
	return tap_done();
}
