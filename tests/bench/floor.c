/* floor: the minimum that `vfionoiommu list --all` needs: the opens, reads and readlinks in /sys that find
 * the driver, the use and the nodes of each PCI device, a look at each descriptor and mapping of each
 * process, and one line of output for each device. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int sys;
static char text[8192];

static ssize_t read_file(const char *path)
{
	int fd = openat(sys, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t length = read(fd, text, sizeof text - 1);
	text[length < 0 ? 0 : length] = '\0';
	close(fd);
	return length;
}

static void each(const char *path, void (*look)(const char *name))
{
	int fd = openat(sys, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			look(entry->d_name);
	closedir(dir);
}

static void nothing(const char *name)
{
	(void)name;
}

static void look_at_device(const char *address)
{
	char path[512], target[512];
	snprintf(path, sizeof path, "bus/pci/devices/%s/uevent", address);
	read_file(path);
	const char *driver = strstr(text, "DRIVER="), *id = strstr(text, "PCI_ID=");
	printf("%s %.9s %.16s\n", address, id ? id + 7 : "-", driver ? driver + 7 : "-");
	snprintf(path, sizeof path, "bus/pci/devices/%s/iommu", address);
	faccessat(sys, path, F_OK, 0);
	snprintf(path, sizeof path, "bus/pci/devices/%s/virtfn0", address);
	(void)!readlinkat(sys, path, target, sizeof target);
	if (!driver)
		return;
	snprintf(path, sizeof path, "bus/pci/devices/%s/vfio-dev", address);
	each(path, nothing);
	if (strncmp(driver + 7, "vfio-pci", 8) != 0)
		return;
	snprintf(path, sizeof path, "bus/pci/devices/%s/iommu_group", address);
	(void)!readlinkat(sys, path, target, sizeof target);
}

static void look_at_interface(const char *name)
{
	char path[512], target[512];
	snprintf(path, sizeof path, "class/net/%s", name);
	(void)!readlinkat(sys, path, target, sizeof target);
	each(path, nothing);
	snprintf(path, sizeof path, "class/net/%s/flags", name);
	read_file(path);
}

/* The open folder /proc/PID/fd. */
static int descriptors;

static void look_at_descriptor(const char *name)
{
	struct statx status;
	statx(descriptors, name, AT_STATX_DONT_SYNC, STATX_TYPE, &status);
}

static void look_at_process(const char *name)
{
	char path[300];
	if (*name < '0' || *name > '9')
		return;
	snprintf(path, sizeof path, "/proc/%s/maps", name);
	int maps = open(path, O_RDONLY | O_CLOEXEC);
	while (maps >= 0 && read(maps, text, sizeof text) > 0)
		;
	close(maps);
	snprintf(path, sizeof path, "/proc/%s/fd", name);
	descriptors = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	each(path, look_at_descriptor);
	close(descriptors);
}

int main(void)
{
	sys = open("/sys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	each("bus/pci/devices", look_at_device);
	each("class/net", look_at_interface);
	each("/proc", look_at_process);
	return 0;
}
