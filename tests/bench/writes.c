/* writes bind|unbind ADDRESS...: only the writes that bind devices without a driver to vfio-pci, and unbind
 * them, one after the other. The minimum for a bind. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		err(1, "%s", path);
	close(fd);
}

static void override(const char *address, const char *driver)
{
	char path[128];
	snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/driver_override", address);
	put(path, driver);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "usage: writes bind|unbind ADDRESS...");
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[1], "bind") == 0) {
			override(argv[i], "vfio-pci");
			put("/sys/bus/pci/drivers/vfio-pci/bind", argv[i]);
		} else {
			put("/sys/bus/pci/drivers/vfio-pci/unbind", argv[i]);
			override(argv[i], "\n");
		}
	}
	return 0;
}
