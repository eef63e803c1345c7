#include "os/os.h"
#include "tap.h"

static enum kconfig_value after(const char *line)
{
	struct kconfig config = { 0 };
	kconfig_line(&config, line);
	return config.value[KCONFIG_VFIO];
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
	return tap_done();
}
