/* machine DIR N: creates a machine with N PCI devices below DIR, in the format of sysfs: every fourth is a
 * network card on e1000e, every eighth a noiommu device on vfio-pci, the others have no driver. Used with
 * --sysroot, or mounted over /sys. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *path_of(const char *format, va_list arguments)
{
	char *path;
	if (vasprintf(&path, format, arguments) < 0)
		err(1, "memory");
	return path;
}

static void folder(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void folder(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *path = path_of(format, arguments);
	va_end(arguments);
	for (char *slash = path; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(path, 0755);
	}
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		err(1, "%s", path);
	free(path);
}

static void file(const char *content, size_t length, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void file(const char *content, size_t length, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *path = path_of(format, arguments);
	va_end(arguments);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, content, length) != (ssize_t)length || close(fd) < 0)
		err(1, "%s", path);
	free(path);
}

static void link_to(const char *target, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void link_to(const char *target, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *path = path_of(format, arguments);
	va_end(arguments);
	if (symlink(target, path) < 0)
		err(1, "%s", path);
	free(path);
}

#define FILE_TEXT(text, ...) file(text, strlen(text), __VA_ARGS__)

enum kind { CARD, BOUND, FREE };

struct device {
	char address[24], folder[64];
	enum kind kind;
	int number;
};

/* 64 bytes; lspci and the kernel's own tools read the first of them. */
static void write_config(const struct device *device)
{
	unsigned char config[256] = { 0x86, 0x80, 0xd3, 0x10, [0x0a] = 0x00, [0x0b] = 0x02 };
	file((const char *)config, sizeof config, "%s/config", device->folder);
}

static void write_attributes(const struct device *device)
{
	static const char *const drivers[] = {
		[CARD] = "DRIVER=e1000e\n", [BOUND] = "DRIVER=vfio-pci\n", [FREE] = ""
	};
	static const struct {
		const char *name, *text;
	} attributes[] = {
		{ "vendor", "0x8086\n" },
		{ "device", "0x10d3\n" },
		{ "class", "0x020000\n" },
		{ "subsystem_vendor", "0x8086\n" },
		{ "subsystem_device", "0x0000\n" },
		{ "revision", "0x00\n" },
		{ "irq", "0\n" },
		{ "numa_node", "-1\n" },
		{ "enable", "0\n" },
		{ "modalias", "pci:v00008086d000010D3sv00008086sd00000000bc02sc00i00\n" },
	};
	char uevent[256], resource[13 * 57 + 1] = "";
	snprintf(uevent, sizeof uevent,
		"%sPCI_CLASS=20000\nPCI_ID=8086:10D3\nPCI_SUBSYS_ID=8086:0000\nPCI_SLOT_NAME=%s\n"
		"MODALIAS=pci:v00008086d000010D3sv00008086sd00000000bc02sc00i00\n",
		drivers[device->kind], device->address);
	FILE_TEXT(uevent, "%s/uevent", device->folder);
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
		FILE_TEXT(attributes[i].text, "%s/%s", device->folder, attributes[i].name);
	for (size_t i = 0; i < 13; i++)
		snprintf(resource + i * 57, 58, "0x%016x 0x%016x 0x%016x\n", 0, 0, 0);
	FILE_TEXT(resource, "%s/resource", device->folder);
	FILE_TEXT(device->kind == BOUND ? "vfio-pci\n" : "(null)\n", "%s/driver_override", device->folder);
	write_config(device);
}

static void write_card(const char *root, const struct device *device)
{
	char target[128];
	folder("%s/net/eth%d", device->folder, device->number);
	FILE_TEXT("0x1002\n", "%s/net/eth%d/flags", device->folder, device->number);
	snprintf(target, sizeof target, "../../devices/pci0000:00/%s/net/eth%d", device->address,
		device->number);
	link_to(target, "%s/sys/class/net/eth%d", root, device->number);
}

static void write_bound(const char *root, const struct device *device)
{
	char target[128];
	int number = device->number;
	folder("%s/sys/kernel/iommu_groups/%d", root, number);
	snprintf(target, sizeof target, "../../../kernel/iommu_groups/%d", number);
	link_to(target, "%s/iommu_group", device->folder);
	folder("%s/vfio-dev/noiommu-vfio%d", device->folder, number);
	FILE_TEXT("252:0\n", "%s/vfio-dev/noiommu-vfio%d/dev", device->folder, number);
	folder("%s/sys/devices/virtual/vfio/noiommu-%d", root, number);
	snprintf(target, sizeof target, "../../devices/virtual/vfio/noiommu-%d", number);
	link_to(target, "%s/sys/class/vfio/noiommu-%d", root, number);
	snprintf(target, sizeof target, "511:%d\n", number);
	FILE_TEXT(target, "%s/sys/devices/virtual/vfio/noiommu-%d/dev", root, number);
	FILE_TEXT("", "%s/dev/vfio/noiommu-%d", root, number);
	FILE_TEXT("", "%s/dev/vfio/devices/noiommu-vfio%d", root, number);
}

static void write_device(const char *root, int number)
{
	static const char *const drivers[] = { [CARD] = "e1000e", [BOUND] = "vfio-pci" };
	struct device device = { .number = number,
		.kind = number % 8 == 7   ? BOUND
			: number % 4 == 0 ? CARD
					  : FREE };
	char target[128];
	snprintf(device.address, sizeof device.address, "%04x:%02x:%02x.0", number / 8192, number / 32 % 256,
		number % 32);
	snprintf(device.folder, sizeof device.folder, "sys/devices/pci0000:00/%s", device.address);
	folder("%s", device.folder);
	write_attributes(&device);
	snprintf(target, sizeof target, "../../../devices/pci0000:00/%s", device.address);
	link_to(target, "sys/bus/pci/devices/%s", device.address);
	if (device.kind != FREE) {
		snprintf(target, sizeof target, "../../../bus/pci/drivers/%s", drivers[device.kind]);
		link_to(target, "%s/driver", device.folder);
		snprintf(target, sizeof target, "../../../../devices/pci0000:00/%s", device.address);
		link_to(target, "sys/bus/pci/drivers/%s/%s", drivers[device.kind], device.address);
	}
	if (device.kind == CARD)
		write_card(root, &device);
	else if (device.kind == BOUND)
		write_bound(root, &device);
}

int main(int argc, char **argv)
{
	static const char *const folders[] = { "sys/bus/pci/devices", "sys/bus/pci/slots",
		"sys/bus/pci/drivers/e1000e", "sys/bus/pci/drivers/vfio-pci", "sys/class/net",
		"sys/class/vfio", "sys/class/block", "sys/class/graphics", "sys/kernel/iommu_groups",
		"sys/devices/virtual/vfio", "sys/module/vfio/parameters", "sys/module/vfio_pci",
		"dev/vfio/devices", "proc/sys/kernel", "proc/self" };
	if (argc != 3 || atoi(argv[2]) < 1)
		errx(2, "usage: machine DIR N");
	folder("%s", argv[1]);
	if (chdir(argv[1]) < 0)
		err(1, "%s", argv[1]);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		folder("%s", folders[i]);
	FILE_TEXT("Y\n", "sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	FILE_TEXT("7.3.4\n", "proc/sys/kernel/osrelease");
	FILE_TEXT("0\n", "proc/sys/kernel/tainted");
	FILE_TEXT("", "proc/self/mountinfo");
	FILE_TEXT("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n", "proc/swaps");
	for (int i = 0; i < atoi(argv[2]); i++)
		write_device(".", i);
	return 0;
}
