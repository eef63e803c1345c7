/* The argument DEVICE: collect/select, collect/device. */
#include "base/base.h"
#include "collect/collect.h"
#include "fuzz.h"

static struct device_list devices;

static void make_devices(void)
{
	*array_add(&devices) = (struct device){ .address = "0000:00:04.0",
		.vendor = 0x8086,
		.device = 0x10d3,
		.class = 0x020000,
		.driver = "e1000e" };
	*array_add(&devices) = (struct device){ .address = "0000:00:06.0",
		.vendor = 0x8086,
		.device = 0x10d3,
		.class = 0x020000,
		.driver = "vfio-pci",
		.group = { .name = "noiommu-0", .path = "/dev/vfio/noiommu-0" },
		.cdev = { .name = "noiommu-vfio0", .path = "/dev/vfio/devices/noiommu-vfio0" } };
	*array_add(&devices) = (struct device){ .address = "0001:00:1f.2",
		.vendor = 0x1b36,
		.device = 0x0010,
		.class = 0x010802,
		.driver = "nvme" };
	*array_add(&devices) = (struct device){ .address = "0001:00:1f.3",
		.class = 0x0c0330,
		.driver = "xhci_hcd",
		.group = { .name = "7", .path = "/dev/vfio/7" } };
}

static void make_names(void)
{
	fuzz_link("sys/class/net/eth1", "../../devices/pci0000:00/0000:00:04.0/net/eth1");
	fuzz_link("sys/class/net/eth2", "../../devices/pci0001:00/0001:00:1f.3/usb1/1-1/net/eth2");
	fuzz_link("sys/class/net/lo", "../../devices/virtual/net/lo");
	fuzz_link("sys/class/block/nvme0n1", "../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1");
	fuzz_link("sys/class/block/vda", "../../devices/pci0000:00/0000:00:06.0/virtio0/block/vda");
	fuzz_link("sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/device", "../../nvme-subsys0");
	fuzz_link("sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
		"../../../pci0001:00/0001:00:1f.2/nvme/nvme0");
	fuzz_link("sys/class/nvme/nvme0", "../../devices/pci0001:00/0001:00:1f.2/nvme/nvme0");
}

static void parse(const char *text)
{
	char address[20], again[20];
	unsigned int vendor = 0, device = 0;
	const char *at = text;
	if (address_parse(text, address))
		must(address_parse(address, again) && text_same(address, again));
	if (text_hex_pair(&at, &vendor, &device))
		must(at == text + 9 && vendor <= 0xffff && device <= 0xffff);
	else
		must(at == text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_refs found = { 0 };
	if (!devices.count) {
		make_devices();
		make_names();
	}
	auto_release const void *mark = keep(0);
	const char *text = fuzz_text((struct part){ data, size });
	parse(text);
	enum selection selection = selector_resolve(fuzz_root(), &devices, text, &found);
	must((selection == SELECTION_DONE || selection >= SELECTION_BEHIND_USB) == (found.count > 0));
	if (!selection) {
		size_t count = found.count;
		/* No duplicates across calls. */
		must(!selector_resolve(fuzz_root(), &devices, text, &found) && found.count == count);
	}
	return 0;
}
