#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "collect/collect.h"

#define FLAG_UP 0x1 /* IFF_UP */

static void take_interface(struct scan *scan, const char *name, struct device *device)
{
	auto_names struct name_list entries = { 0 };
	auto_free char *directory = text_format("sys/class/net/%s", name);
	auto_free char *flags_path = text_format("%s/flags", directory);
	auto_free char *flags = sysroot_read(scan->root, flags_path);
	const struct network_fact *fact;
	const struct remote *remote;
	char **entry;
	device->interfaces++;
	use_unknown(device, flags_path, flags ? 0 : -errno);
	use_unknown(device, name, scan->network_error);
	if (flags && (strtoul(flags, NULL, 16) & FLAG_UP))
		use_simple(device, USE_UP, name, NULL);
	array_each (fact, &scan->network)
		if (text_same(fact->interface, name))
			use_simple(device, fact->route ? USE_ROUTE : USE_ADDRESS, name, fact->text);
	if (name_list_has(&scan->programmed, name))
		use_simple(device, USE_PROGRAM, name, NULL);
	array_each (remote, &scan->remotes)
		if (text_same(remote->interface, name))
			use_add(device, &(struct use){ remote->kind, (char *)name, remote->what, NULL,
						remote->process });
	/* upper_NAME: any interface on top of it, such as a bridge, bond, team, vlan or macvlan. */
	use_unknown(device, directory, sysroot_list(scan->root, directory, &entries));
	array_each (entry, &entries) {
		const char *upper = text_after(*entry, "upper_");
		if (upper)
			use_simple(device, USE_ENSLAVED, name, upper);
	}
}

/* Drivers that create no interface for a network card. */
static bool is_userspace_driver(const char *driver)
{
	static const char *const drivers[] = { "uio_pci_generic", "igb_uio", "pci-stub", "xen-pciback" };
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (text_same(driver, drivers[i]))
			return true;
	return false;
}

/* Adds the interfaces of another network namespace. `where`: "the network namespace of process 1234 (sh)". */
static void take_namespace(struct scan *scan, const char *path, const char *where)
{
	auto_names struct name_list names = { 0 };
	struct sysroot sysfs;
	char **name, **address;
	if (network_sysfs(scan->root, path, &sysfs))
		return;
	(void)sysroot_list(&sysfs, "class/net", &names);
	array_each (name, &names) {
		auto_names struct name_list addresses = { 0 };
		(void)owner_collect(&sysfs, "class/net", *name, &addresses);
		array_each (address, &addresses) {
			struct device *device = device_find(scan->devices, *address);
			if (!device)
				continue;
			device->interfaces++;
			use_simple(device, USE_ELSEWHERE, *name, where);
		}
	}
	close(sysfs.fd);
}

/* Namespaces of processes, and those that ip-netns(8) and container engines mounted somewhere. */
static void take_namespaces(struct scan *scan)
{
	const struct process_namespace *namespace;
	const struct mount_fact *mount;
	array_each (namespace, &scan->processes.network_namespaces) {
		auto_free char *path = text_format("proc/%d/ns/net", atoi(namespace->process));
		auto_free char *where =
			text_format("the network namespace of process %s", namespace->process);
		take_namespace(scan, path, where);
	}
	array_each (mount, &scan->mounts)
		if (text_same(mount->type, "nsfs") && mount->target && !mount->process) {
			auto_free char *where = text_format("the network namespace %s", mount->target);
			take_namespace(scan, mount->target + 1, where);
		}
}

/* Where other namespaces cannot be seen. */
static void take_elsewhere(struct device *device)
{
	bool network = device->class >> 16 == 0x02;
	if (network && device->driver && !device->vfio && !device->interfaces &&
		!is_userspace_driver(device->driver))
		use_simple(device, USE_ELSEWHERE, device->driver, NULL);
}

static void add_remote(struct scan *scan, const char *server, const struct remote *remote)
{
	struct remote *added = array_add(&scan->remotes);
	*added = (struct remote){ remote->kind, text_copy(remote->what), text_copy(remote->process),
		network_interface_to(server) };
}

/* The kernel's sessions with servers of mounted filesystems. */
static void find_sessions(struct scan *scan)
{
	const struct mount_fact *mount;
	array_each (mount, &scan->mounts)
		if (mount->server)
			add_remote(scan, mount->server,
				&(struct remote){ USE_SESSION, mount->target, mount->process, NULL });
}

/* The attribute `address` of a controller: "traddr=192.0.2.1,trsvcid=4420,src_addr=192.0.2.2"
 * (nvmf_get_address in drivers/nvme/host/fabrics.c). Those of other transports are PCI addresses. */
static void find_fabrics(struct scan *scan)
{
	auto_names struct name_list names = { 0 };
	char **name;
	scan_unknown(scan, "sys/class/nvme", sysroot_list(scan->root, "sys/class/nvme", &names));
	array_each (name, &names) {
		auto_free char *path = text_format("sys/class/nvme/%s/address", *name);
		auto_free char *address = sysroot_read(scan->root, path);
		scan_unknown(scan, path, address ? 0 : -errno);
		for (char *comma = address; comma && (comma = strchr(comma, ',')); comma++)
			*comma = '\n';
		auto_free char *target = address ? text_value(address, "traddr") : NULL;
		if (target)
			add_remote(scan, target, &(struct remote){ USE_FABRIC, *name, NULL, NULL });
	}
}

void network_free(struct scan *scan)
{
	struct remote *remote;
	array_each (remote, &scan->remotes) {
		free(remote->what);
		free(remote->process);
		free(remote->interface);
	}
	free(scan->remotes.items);
	network_facts_free(&scan->network);
	name_list_free(&scan->programmed);
}

void network_collect(struct scan *scan)
{
	struct device *device;
	if (scan->root->live) {
		int error = network_programs(&scan->programmed);
		scan->network_error = network_facts(&scan->network);
		if (!scan->network_error)
			scan->network_error = error;
		find_sessions(scan);
		find_fabrics(scan);
	}
	scan_each_owned(scan, scan->root, OWNER_INTERFACES, take_interface);
	if (scan->root->live)
		take_namespaces(scan);
	array_each (device, scan->devices)
		take_elsewhere(device);
}
