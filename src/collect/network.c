#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "collect/collect.h"

/* Adds the interfaces on top of the interfaces in the list: bridges, bonds, VLANs. */
static void add_uppers(const struct scan *scan, struct name_list *names)
{
	for (size_t i = 0; i < names->count; i++) {
		struct name_list entries = { 0 };
		const char **entry;
		(void)sysroot_list(scan->root, PATH(CLASS_NET "/%s", names->items[i]), &entries);
		array_each (entry, &entries) {
			const char *upper = text_after(*entry, "upper_");
			if (upper)
				name_list_add(names, upper);
		}
	}
}

/* What the kernel reaches over the interface, or over one on top of it. */
static void take_remotes(struct scan *scan, const char *name, struct device *device)
{
	struct name_list uppers = { 0 };
	const struct remote *remote;
	if (!scan->remotes.count)
		return;
	name_list_add(&uppers, name);
	add_uppers(scan, &uppers);
	array_each (remote, &scan->remotes)
		if (remote->interface && name_list_has(&uppers, remote->interface))
			use_add(device,
				&(struct use){ remote->kind, name, remote->what, NULL, remote->process });
}

/* How an interface is used by the one on top of it. Bridges, bonds and the like have no device of their own.
 */
static enum use_kind kind_of_upper(const struct scan *scan, const char *upper, const char *master)
{
	if (!text_same(upper, master))
		return USE_UPPER;
	bool device = sysroot_exists(scan->root, PATH(CLASS_NET "/%s/device", upper)) == ANSWER_YES;
	return device ? USE_FAILOVER : USE_ENSLAVED;
}

/* Whether the flags of an interface, in hexadecimal, say that it is up; NULL, unknown, does not. */
static bool says_up(const char *flags)
{
	return flags && (strtoul(flags, NULL, 16) & IFF_UP);
}

static void take_interface(struct scan *scan, const char *name, struct device *device)
{
	struct name_list entries = { 0 };
	const char *directory = text_format(CLASS_NET "/%s", name);
	const char *flags_path = text_format("%s/flags", directory);
	const char *flags = sysroot_read(scan->root, flags_path);
	const struct network_fact *fact;
	const char **entry;
	device->interfaces++;
	use_unknown(device, flags_path, flags ? 0 : -errno);
	use_unknown(device, name, scan->network_error);
	if (says_up(flags))
		use_simple(device, USE_UP, name, NULL);
	array_each (fact, &scan->network)
		if (text_same(fact->interface, name))
			use_simple(device, fact->route ? USE_ROUTE : USE_ADDRESS, name, fact->text);
	if (name_list_has(&scan->programmed, name))
		use_simple(device, USE_PROGRAM, name, NULL);
	take_remotes(scan, name, device);
	/* upper_NAME: any interface on top of it; master: the bridge, bond or team that it is a port of. */
	use_unknown(device, directory, sysroot_list(scan->root, directory, &entries));
	array_each (entry, &entries) {
		const char *upper = text_after(*entry, "upper_");
		if (!upper)
			continue;
		const char *master = sysroot_link_name(scan->root, PATH("%s/master", directory));
		use_simple(device, kind_of_upper(scan, upper, master), name, upper);
	}
}

/* Drivers that create no interface for a network card. */
static bool is_userspace_driver(const char *driver)
{
	return text_is(driver, "uio_pci_generic", "igb_uio", "pci-stub", "pci-pf-stub", "pciback");
}

/* An interface of another namespace, on top of `lower` in ours, which no link in sysfs shows. */
static void take_upper(struct scan *scan, const char *lower, const char *upper, const struct use *place)
{
	struct owner_list owners = { 0 };
	const char *way = text_format("over %s", lower);
	struct device **owner;
	(void)scan_owners(scan, scan->root, CLASS_NET, lower, &owners);
	array_each (owner, &owners)
		use_add(*owner, &(struct use){ USE_ELSEWHERE, upper, place->detail, way, place->process });
}

/* Whether the interface is up, or below another one, in the sysfs of its namespace. */
static bool is_up(const struct sysroot *sysfs, const char *name)
{
	auto_release const void *mark = keep(0);
	struct name_list entries = { 0 };
	const char *directory = text_format("class/net/%s", name);
	const char *flags = sysroot_read(sysfs, PATH("%s/flags", directory));
	bool up = !flags || says_up(flags);
	const char **entry;
	(void)sysroot_list(sysfs, directory, &entries);
	array_each (entry, &entries)
		up |= text_starts(*entry, "upper_");
	return up;
}

bool use_is_up(const struct sysroot *root, const struct device *device)
{
	auto_release const void *mark = keep(0);
	struct name_list names = { 0 };
	const char **name;
	(void)sysroot_list(root, CLASS_NET, &names);
	array_each (name, &names) {
		struct name_list owners = { 0 };
		const char *flags = sysroot_read(root, PATH(CLASS_NET "/%s/flags", *name));
		if (!says_up(flags))
			continue;
		(void)owner_collect(root, CLASS_NET, *name, &owners);
		if (name_list_has(&owners, device->address))
			return true;
	}
	return false;
}

/* Adds the interfaces of another network namespace, of which `sysfs` is one: all of them, as somebody moved
 * them there, or in the namespace where the kernel makes them, the `initial` one, those that are up. */
static void take_interfaces(
	struct scan *scan, const struct sysroot *sysfs, const struct use *place, bool initial)
{
	struct name_list names = { 0 };
	const char **name;
	scan->unseen |= sysroot_list(sysfs, "class/net", &names) != 0;
	array_each (name, &names) {
		struct owner_list owners = { 0 };
		struct device **owner;
		(void)scan_owners(scan, sysfs, "class/net", *name, &owners);
		array_each (owner, &owners) {
			(*owner)->interfaces++;
			if (!initial || is_up(sysfs, *name))
				use_add(*owner, &(struct use){ USE_ELSEWHERE, *name, place->detail, NULL,
							place->process });
		}
	}
}

/* The same of the namespace at `path`. `place`: the detail, "the network namespace of process 1234 (sh)" or
 * "the network namespace /run/netns/x", and the process of the uses. */
static void take_namespace(struct scan *scan, const char *path, const struct use *place, bool initial)
{
	const char *where = text_format("%s%s%s", place->detail,
		place->process ? " in the mount namespace of process " : "",
		place->process ? place->process : "");
	struct network_facts uppers = { 0 };
	struct sysroot sysfs;
	const struct network_fact *fact;
	if (!progress_step(scan->processes.progress, where, 0)) {
		scan->unseen = true;
		scan_unknown_because(scan, where, NO_ANSWER);
		return;
	}
	int error = network_enter(scan->root, path, &sysfs, &uppers);
	array_each (fact, &uppers)
		take_upper(scan, fact->interface, fact->text, place);
	/* It is ours, or is gone, or is not of a network, or its owner hides it. */
	bool hidden = error == -EACCES && strstr(path, "/root/");
	bool unseen = error && error != -EALREADY && error != -ESRCH && error != -EINVAL && !hidden;
	scan->unseen |= unseen;
	if (unseen && user_is_root())
		scan_unknown(scan, where, error);
	if (error)
		return;
	take_interfaces(scan, &sysfs, place, initial);
	close(sysfs.fd);
}

/* The interfaces of our own namespace, if /sys was mounted in another one and shows those of that: then what
 * is known of ours by name does not belong to them. Each namespace has a sysfs with a number of its own. */
static void take_own(struct scan *scan)
{
	/* Whoever mounted /sys has a namespace of its own, or that of the first process. */
	if (!network_is_separate() && !scan->processes.hidden)
		return;
	const struct sysroot sysfs = { .fd = sysroot_private("sysfs"), .live = true };
	if (sysfs.fd < 0) {
		if (user_is_root())
			scan_unknown(scan, "the network namespace of this process", sysfs.fd);
		return;
	}
	if (!sysroot_same_filesystem(scan->root, CLASS_NET, &sysfs, ".")) {
		scan->network.count = scan->programmed.count = scan->remotes.count = 0;
		const struct use place = {
			.detail = "the network namespace of this process, which /sys does not show"
		};
		take_interfaces(scan, &sysfs, &place, false);
	}
	close(sysfs.fd);
}

static bool is_of_process(const struct scan *scan, const struct mount_fact *mount)
{
	const struct process_namespace *namespace;
	const char *number = text_after(mount->source, "net:[");
	unsigned long inode = number ? strtoul(number, NULL, 10) : 0;
	array_each (namespace, &scan->processes.network_namespaces)
		if (namespace->inode == inode)
			return true;
	return false;
}

static void take_mounted_namespace(struct scan *scan, const struct mount_fact *mount)
{
	const char *path = mount->process ? text_format("proc/%d/root%s", atoi(mount->process), mount->target)
					  : mount->target + 1;
	const char *where = text_format("the network namespace %s", mount->target);
	const struct use place = { .detail = where, .process = mount->process };
	take_namespace(scan, path, &place, false);
}

/* The number of the namespace of the kernel's own threads; 0: unknown. */
static unsigned long initial_namespace(const struct scan *scan)
{
	const char *link = scan->processes.hidden ? NULL : sysroot_readlink(&scan->quiet, "proc/2/ns/net");
	const char *number = text_after(link, "net:[");
	return number ? strtoul(number, NULL, 10) : 0;
}

/* Namespaces of processes, and those that ip-netns(8) and container engines mounted somewhere. */
static void take_namespaces(struct scan *scan)
{
	const struct process_namespace *namespace;
	const struct mount_fact *mount;
	const unsigned long initial = initial_namespace(scan);
	array_each (namespace, &scan->processes.network_namespaces) {
		const char *where = text_format("the network namespace of process %s", namespace->process);
		const struct use place = { .detail = where };
		take_namespace(scan, namespace->path, &place, namespace->inode == initial);
	}
	array_each (mount, &scan->mounts)
		if (text_same(mount->type, "nsfs") && mount->target &&
			(!mount->process || !is_of_process(scan, mount)))
			take_mounted_namespace(scan, mount);
}

/* A virtio device has a driver of its own, such as virtio_net, which makes the interface. */
static bool is_driven(const struct scan *scan, const struct device *device)
{
	struct name_list entries = { 0 };
	const char *folder = text_format(PCI_DEVICES "/%s", device->address);
	bool driven = !text_same(device->driver, "virtio-pci");
	const char **entry;
	if (driven)
		return true;
	(void)sysroot_list(scan->root, folder, &entries);
	array_each (entry, &entries) {
		driven |= text_starts(*entry, "virtio") &&
			  sysroot_exists(scan->root, PATH("%s/%s/driver", folder, *entry)) == ANSWER_YES;
	}
	return driven;
}

/* Whether the device is a network card with a driver, and none of its interfaces was found. */
static bool is_without_interface(const struct scan *scan, const struct device *device)
{
	return device->class >> 16 == 0x02 && device->driver && !device->vfio && !device->interfaces &&
	       !is_userspace_driver(device->driver) && is_driven(scan, device);
}

/* `part`: a PCI address, or "virtio3". */
static bool is_part_of(const struct scan *scan, const char *part, const struct device *device)
{
	struct owner_list owners = { 0 };
	struct device **owner;
	if (text_same(part, device->address))
		return true;
	(void)scan_owners(scan, scan->root, BUS_VIRTIO, part, &owners);
	array_each (owner, &owners)
		if (*owner == device)
			return true;
	return false;
}

/* A namespace that only a socket keeps, or a mount namespace without a process, is seen nowhere else. */
static void take_moved(struct scan *scan)
{
	struct network_facts moved = { 0 };
	struct device *device;
	const struct network_fact *fact;
	bool any = false;
	array_each (device, scan->devices)
		any |= is_without_interface(scan, device);
	int error = any ? network_moved(&moved) : 0;
	scan->unseen |= error != 0;
	array_each (device, scan->devices) {
		if (!is_without_interface(scan, device))
			continue;
		array_each (fact, &moved)
			if (is_part_of(scan, fact->interface, device))
				use_simple(device, USE_ELSEWHERE, fact->text,
					"a network namespace that no process shows");
	}
}

/* Where other namespaces cannot be seen. */
static void take_elsewhere(const struct scan *scan, struct device *device)
{
	if (scan->root->live && !scan->unseen && !scan->processes.hidden && !scan->processes.error)
		return;
	if (is_without_interface(scan, device))
		use_simple(device, USE_ELSEWHERE, device->driver, NULL);
}

#define NETCONSOLE "netconsole"

/* A target of netconsole sends the kernel's messages through an interface, also while that is down
 * (drivers/net/netconsole.c). */
static void take_target(struct scan *scan, const struct sysroot *root, const char *folder)
{
	const char *name = sysroot_read(root, PATH("%s/dev_name", folder));
	if (text_same(sysroot_read(root, PATH("%s/enabled", folder)), "1") && name)
		scan_use(scan, CLASS_NET, name, USE_KERNEL, "messages of the kernel (netconsole)");
}

static void take_targets(struct scan *scan)
{
	struct name_list names = { 0 };
	const char **name;
	if (sysroot_exists(scan->root, "sys/module/netconsole") != ANSWER_YES)
		return;
	/* configfs may be mounted in another namespace only, or not at all. */
	auto_fd int fd = scan->root->live ? sysroot_private("configfs") : -1;
	const struct sysroot configfs = { .fd = fd, .live = true };
	const struct sysroot *root = fd >= 0 ? &configfs : scan->root;
	const char *folder = fd >= 0 ? NETCONSOLE : "sys/kernel/config/" NETCONSOLE;
	scan_unknown(scan, folder, sysroot_list(root, folder, &names));
	array_each (name, &names)
		take_target(scan, root, PATH("%s/%s", folder, *name));
}

/* ---- what the kernel reaches over the network ---- */

static void add_remote(struct scan *scan, const char *server, const struct remote *remote)
{
	struct remote *added = array_add(&scan->remotes);
	*added = (struct remote){ remote->kind, text_copy(remote->what), text_copy(remote->process),
		text_copy(server), network_interface_to(server) };
}

/* `server`: an address. */
static void add_session(struct scan *scan, const struct mount_fact *mount, const void *server)
{
	add_remote(scan, server,
		&(struct remote){ .kind = USE_SESSION, .what = mount->target, .process = mount->process });
}

/* The kernel's sessions with servers of mounted filesystems. */
static void find_sessions(struct scan *scan)
{
	const struct mount_fact *mount;
	array_each (mount, &scan->mounts)
		if (mount->server)
			add_session(scan, mount, mount->server);
}

/* Calls `take` for each entry of the folder and its address, in place: that of its connection, or else the
 * one which it is to connect to again, if it has such an attribute (show_persistent_address in
 * drivers/scsi/scsi_transport_iscsi.c). */
static void each_address(struct scan *scan, const char *folder,
	void (*take)(struct scan *scan, const char *name, char *address))
{
	struct name_list names = { 0 };
	const char **name;
	scan_unknown(scan, folder, sysroot_list(scan->root, folder, &names));
	array_each (name, &names) {
		const char *path = text_format("%s/%s/address", folder, *name);
		/* A report has no addresses. */
		char *address = sysroot_read(&scan->quiet, path);
		if (!address && errno == ENOTCONN) {
			path = text_format("%s/%s/persistent_address", folder, *name);
			address = sysroot_read(&scan->quiet, path);
		}
		scan_unknown(scan, path, address ? 0 : -errno);
		if (address)
			take(scan, *name, address);
	}
}

#define FIBRE_CHANNEL "sys/class/fc_host"

/* The adapter whose port the controller names, "host_traddr=nn-0x2000...:pn-0x1000...", or else all. */
static void take_fibre_channel(struct scan *scan, const char *controller, const char *from)
{
	struct name_list hosts = { 0 };
	const char *detail = text_format("NVMe controller %s is reached through Fibre Channel", controller);
	const char **host;
	scan_unknown(scan, FIBRE_CHANNEL, sysroot_list(scan->root, FIBRE_CHANNEL, &hosts));
	array_each (host, &hosts) {
		/* A report has no addresses. */
		const char *port = sysroot_read(&scan->quiet, PATH(FIBRE_CHANNEL "/%s/port_name", *host));
		if (!from || !port || strstr(from, port))
			scan_use(scan, FIBRE_CHANNEL, *host, USE_UNKNOWN, detail);
	}
}

#define SUBSYSTEMS "sys/class/nvme-subsystem"

/* With multipath the disks belong to the subsystem of the controller. */
static void add_fabric_mounts(struct scan *scan, const char *controller, const char *server)
{
	struct name_list names = { 0 };
	const char *own = text_format("/nvme-fabrics/ctl/%s/", controller);
	const char **name;
	(void)sysroot_list(scan->root, SUBSYSTEMS, &names);
	blocks_each_mount(scan, own, add_session, server);
	array_each (name, &names) {
		if (sysroot_exists(scan->root, PATH(SUBSYSTEMS "/%s/%s", *name, controller)) == ANSWER_YES)
			blocks_each_mount(scan, text_format("/%s/", *name), add_session, server);
	}
}

/* The address of an NVMe controller: "traddr=192.0.2.1,trsvcid=4420,src_addr=192.0.2.2" (nvmf_get_address in
 * drivers/nvme/host/fabrics.c). Those of NVMe on PCI are PCI addresses. */
static void take_fabric(struct scan *scan, const char *name, char *address)
{
	for (char *comma = address; (comma = strchr(comma, ',')); comma++)
		*comma = '\n';
	const char *target = text_value(address, "traddr");
	const char *from = text_value(address, "host_traddr");
	if (text_starts(target, "nn-")) {
		take_fibre_channel(scan, name, from);
	} else if (target) {
		add_remote(scan, target, &(struct remote){ .kind = USE_FABRIC, .what = name });
		add_fabric_mounts(scan, name, target);
	}
}

/* The sessions of iscsi_tcp: connectionS:C belongs to sessionS. iscsid, too, has their sockets. */
static void take_iscsi(struct scan *scan, const char *name, char *address)
{
	const char *number = text_after(name, "connection");
	const char *session = text_format("%.*s", number ? (int)strcspn(number, ":") : 0, number);
	const char *part = text_format("/session%s/", session);
	add_remote(scan, address, &(struct remote){ .kind = USE_ISCSI, .what = session });
	blocks_each_mount(scan, part, add_session, address);
}

static int by_inode(const void *a, const void *b)
{
	const struct connection *left = a, *right = b;
	return left->inode == right->inode ? 0 : left->inode < right->inode ? -1 : 1;
}

/* An address in hexadecimal, in words of the host's byte order, or NULL. */
static const char *connection_peer(const char *text)
{
	uint32_t words[4] = { 0 };
	char address[INET6_ADDRSTRLEN];
	bool six = strlen(text) == 32;
	int count = sscanf(text, "%8x%8x%8x%8x", &words[0], &words[1], &words[2], &words[3]);
	if (count != (six ? 4 : 1))
		return NULL;
	/* ::ffff:192.0.2.1 */
	if (six && !words[0] && !words[1] && words[2] == htonl(0xffff)) {
		words[0] = words[3];
		six = false;
	}
	return inet_ntop(six ? AF_INET6 : AF_INET, words, address, sizeof address) ? text_copy(address)
										   : NULL;
}

/* The longest table of connections that is read, in bytes; the rest of a longer one is ignored. */
#define CONNECTIONS_MAX (16 << 20)

/* Lines "SLOT: LOCAL REMOTE STATE QUEUES TIMER RETRANSMITS UID TIMEOUT INODE" (get_tcp4_sock in
 * net/ipv4/tcp_ipv4.c); addresses are HEX:PORT. The state 1 is established. */
static void take_connections(struct scan *scan, const char *path, struct connection_list *connections)
{
	static char text[CONNECTIONS_MAX + 1];
	ssize_t length = sysroot_read_bytes(&scan->quiet, path, text, CONNECTIONS_MAX);
	char remote[33];
	unsigned int state;
	unsigned long inode;
	text[length > 0 ? length : 0] = '\0';
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (sscanf(line, "%*s %*s %32[0-9A-F]:%*x %x %*s %*s %*s %*s %*s %lu", remote, &state,
			    &inode) != 3 ||
			state != 1 || !inode)
			continue;
		const char *peer = connection_peer(remote);
		if (peer)
			*array_add(connections) = (struct connection){ inode, peer, { 0 } };
	}
}

/* The kernel walks through its whole table of connections for each of these files, also if it is empty: the
 * line "TCP: inuse COUNT ..." of its statistics tells (net/ipv4/proc.c). */
static bool has_connections(const struct scan *scan, const char *path, const char *key)
{
	const char *text = sysroot_read(&scan->quiet, path);
	const char *line = text ? strstr(text, key) : NULL;
	return !line || atoi(line + strlen(key)) > 0;
}

void network_collect_connections(struct scan *scan)
{
	if (!scan->root->live)
		return;
	if (has_connections(scan, "proc/net/sockstat", "\nTCP: inuse "))
		take_connections(scan, "proc/net/tcp", &scan->connections);
	if (has_connections(scan, "proc/net/sockstat6", "TCP6: inuse "))
		take_connections(scan, "proc/net/tcp6", &scan->connections);
	if (scan->connections.count)
		qsort(scan->connections.items, scan->connections.count, sizeof *scan->connections.items,
			by_inode);
}

void network_connection_held(const struct scan *scan, unsigned long inode, int pid)
{
	const struct connection key = { .inode = inode };
	struct connection *found = scan->connections.count
					   ? bsearch(&key, scan->connections.items, scan->connections.count,
						     sizeof key, by_inode)
					   : NULL;
	if (found)
		*array_add(&found->holders) = pid;
}

static bool is_reached(const struct scan *scan, const char *server)
{
	const struct remote *remote;
	array_each (remote, &scan->remotes)
		if (text_same(remote->server, server))
			return true;
	return false;
}

/* A connection of a process that ended before it was looked at has ended, too. */
static bool is_established(struct scan *scan, const struct connection *connection)
{
	const struct connection *now;
	if (!scan->still.count) {
		take_connections(scan, "proc/net/tcp", &scan->still);
		take_connections(scan, "proc/net/tcp6", &scan->still);
	}
	array_each (now, &scan->still)
		if (now->inode == connection->inode)
			return true;
	return false;
}

/* Whether the process is one of those that hold the connection. */
static bool is_held_by(const struct connection *connection, int pid)
{
	const int *holder;
	array_each (holder, &connection->holders)
		if (*holder == pid)
			return true;
	return false;
}

/* The mounts of disks that the kernel reaches over TCP by itself. The process with the connection of an NBD
 * disk stays in an ioctl of it: nbdN/pid (pid_show in drivers/block/nbd.c). */
static void find_disk_mounts(struct scan *scan)
{
	static const char *const drivers[] = { "nbd", "rbd", "drbd" };
	const struct block *block;
	const struct connection *connection;
	array_each (block, &scan->blocks) {
		bool known = false;
		for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
			known |= text_starts(block->name, drivers[i]);
		if (!known || !name_list_has(&block->bases, block->name))
			continue;
		const char *pid = sysroot_read(scan->root, PATH(CLASS_BLOCK "/%s/pid", block->name));
		const char *part = text_format("/%s/", block->name);
		array_each (connection, &scan->connections)
			if ((!connection->holders.count && is_established(scan, connection)) ||
				(pid && is_held_by(connection, atoi(pid))))
				blocks_each_mount(scan, part, add_session, connection->peer);
	}
}

/* Call it last: the others say what their connections are for. A process that is hidden may hold any. */
static void find_connections(struct scan *scan)
{
	const struct connection *connection;
	if (scan->processes.hidden || scan->processes.error)
		return;
	array_each (connection, &scan->connections)
		if (!connection->holders.count && is_established(scan, connection) &&
			!is_reached(scan, connection->peer))
			add_remote(scan, connection->peer,
				&(struct remote){ .kind = USE_CONNECTION, .what = connection->peer });
	find_disk_mounts(scan);
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
		each_address(scan, "sys/class/nvme", take_fabric);
		each_address(scan, "sys/class/iscsi_connection", take_iscsi);
		find_connections(scan);
		take_own(scan);
	}
	scan_each_owned(scan, scan->root, CLASS_NET, take_interface);
	if (scan->root->live) {
		take_namespaces(scan);
		take_moved(scan);
	}
	take_targets(scan);
	array_each (device, scan->devices)
		take_elsewhere(scan, device);
}
