#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/base.h"
#include "os/os.h"

/* clang-format off */
#define FUNCTIONS(X) \
	X(mnl_attr_get_payload) X(mnl_attr_get_payload_len) X(mnl_attr_get_str) X(mnl_attr_get_type) \
	X(mnl_attr_get_u32) X(mnl_attr_get_u8) X(mnl_attr_parse) X(mnl_attr_parse_nested) X(mnl_attr_put) X(mnl_attr_put_strz) X(mnl_cb_run) X(mnl_nlmsg_get_payload) \
	X(mnl_nlmsg_get_payload_len) X(mnl_nlmsg_put_extra_header) X(mnl_nlmsg_put_header) \
	X(mnl_socket_bind) X(mnl_socket_close) X(mnl_socket_open) X(mnl_socket_recvfrom) \
	X(mnl_socket_sendto)
/* clang-format on */
LIBRARY(libmnl, "libmnl.so.0", "libmnl0", "required", "routes that use a device", FUNCTIONS);

static void add_fact(struct network_facts *facts, const char *interface, bool route, const char *text)
{
	*array_add(facts) = (struct network_fact){ text_copy(interface), route, text };
}

/* ---- addresses ---- */

static void add_address(struct network_facts *facts, const struct ifaddrs *entry)
{
	char text[INET6_ADDRSTRLEN];
	const void *address;
	if (entry->ifa_addr->sa_family == AF_INET) {
		address = &((const struct sockaddr_in *)(const void *)entry->ifa_addr)->sin_addr;
	} else if (entry->ifa_addr->sa_family == AF_INET6) {
		const struct in6_addr *six =
			&((const struct sockaddr_in6 *)(const void *)entry->ifa_addr)->sin6_addr;
		if (IN6_IS_ADDR_LINKLOCAL(six))
			return;
		address = six;
	} else {
		return;
	}
	if (inet_ntop(entry->ifa_addr->sa_family, address, text, sizeof text))
		add_fact(facts, entry->ifa_name, false, text_copy(text));
}

static int addresses(struct network_facts *facts)
{
	struct ifaddrs *all;
	if (getifaddrs(&all) < 0)
		return -errno;
	for (const struct ifaddrs *entry = all; entry; entry = entry->ifa_next)
		if (entry->ifa_addr)
			add_address(facts, entry);
	freeifaddrs(all);
	return 0;
}

/* ---- messages ---- */

/* The attributes of a message, by type. */
struct attributes {
	const struct nlattr *of[64];
};

static int keep_attribute(const struct nlattr *attribute, void *data)
{
	struct attributes *attributes = data;
	uint16_t type = sym_mnl_attr_get_type(attribute);
	if (type < ARRAY_SIZE(attributes->of))
		attributes->of[type] = attribute;
	return MNL_CB_OK;
}

/* Whether the message has this type and is whole; `header`: the size of what precedes its attributes. */
static bool read_message(
	const struct nlmsghdr *message, uint16_t type, size_t header, struct attributes *attributes)
{
	*attributes = (struct attributes){ 0 };
	return message->nlmsg_type == type && sym_mnl_nlmsg_get_payload_len(message) >= header &&
	       sym_mnl_attr_parse(message, (unsigned int)header, keep_attribute, attributes) >= 0;
}

/* Those in the attribute; none if it is NULL or malformed. */
static struct attributes nested(const struct nlattr *attribute)
{
	struct attributes attributes = { 0 };
	if (attribute && sym_mnl_attr_parse_nested(attribute, keep_attribute, &attributes) < 0)
		return (struct attributes){ 0 };
	return attributes;
}

/* A number of 32 bits; `none` if it is missing or truncated. */
static uint32_t number_of(const struct attributes *attributes, int type, uint32_t none)
{
	const struct nlattr *attribute = attributes->of[type];
	bool whole = attribute && sym_mnl_attr_get_payload_len(attribute) >= sizeof(uint32_t);
	return whole ? sym_mnl_attr_get_u32(attribute) : none;
}

/* NULL: it is missing. */
static char *string_of(const struct attributes *attributes, int type)
{
	const struct nlattr *attribute = attributes->of[type];
	return attribute ? text_format("%.*s", (int)sym_mnl_attr_get_payload_len(attribute),
				   sym_mnl_attr_get_str(attribute))
			 : NULL;
}

/* ---- routes ---- */

static bool has_destination(const struct rtmsg *route, const struct attributes *attributes)
{
	size_t size = route->rtm_family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
	return attributes->of[RTA_DST] && sym_mnl_attr_get_payload_len(attributes->of[RTA_DST]) >= size;
}

static const char *route_text(const struct rtmsg *route, const struct attributes *attributes)
{
	/* The destination of other families, such as MPLS, is not decoded. */
	char destination[INET6_ADDRSTRLEN] = "?";
	unsigned int table = number_of(attributes, RTA_TABLE, route->rtm_table);
	if (has_destination(route, attributes))
		inet_ntop(route->rtm_family, sym_mnl_attr_get_payload(attributes->of[RTA_DST]), destination,
			sizeof destination);
	const char *to =
		route->rtm_dst_len ? text_format("%s/%u", destination, route->rtm_dst_len) : "default";
	return table == RT_TABLE_MAIN ? to : text_format("%s in table %u", to, table);
}

static bool route_is_common(const struct rtmsg *route, const struct attributes *attributes)
{
	if (route->rtm_table == RT_TABLE_LOCAL || route->rtm_type != RTN_UNICAST ||
		(route->rtm_flags & RTM_F_CLONED))
		return true;
	if (route->rtm_family != AF_INET6 || !has_destination(route, attributes))
		return false;
	const struct in6_addr *to = sym_mnl_attr_get_payload(attributes->of[RTA_DST]);
	return IN6_IS_ADDR_LINKLOCAL(to) || IN6_IS_ADDR_MULTICAST(to);
}

/* A router has up to a million routes; some of them say enough of an interface. */
#define ROUTES_MAX 8

static struct routed_interface *routed_interface(struct network_facts *facts, unsigned int index)
{
	struct routed_interface *interface;
	array_each (interface, &facts->routed)
		if (interface->index == index)
			return interface;
	interface = array_add(&facts->routed);
	*interface = (struct routed_interface){ .index = index };
	if_indextoname(index, interface->name);
	return interface;
}

static void add_route(struct network_facts *facts, unsigned int index, const struct rtmsg *route,
	const struct attributes *attributes)
{
	struct routed_interface *interface = routed_interface(facts, index);
	if (*interface->name && interface->routes++ < ROUTES_MAX)
		add_fact(facts, interface->name, true, route_text(route, attributes));
}

static int take_route(const struct nlmsghdr *message, void *data)
{
	struct network_facts *facts = data;
	const struct rtmsg *route = sym_mnl_nlmsg_get_payload(message);
	struct attributes attributes;
	if (!read_message(message, RTM_NEWROUTE, sizeof *route, &attributes) ||
		route_is_common(route, &attributes))
		return MNL_CB_OK;
	const uint32_t own = number_of(&attributes, RTA_OIF, 0);
	if (own)
		add_route(facts, own, route, &attributes);
	const struct nlattr *several = attributes.of[RTA_MULTIPATH];
	if (!several)
		return MNL_CB_OK;
	const struct rtnexthop *hop = sym_mnl_attr_get_payload(several);
	int left = sym_mnl_attr_get_payload_len(several);
	/* RTNH_OK reads the hop before it checks the remaining length. */
	for (; left >= (int)sizeof *hop && RTNH_OK(hop, left);
		left -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop))
		add_route(facts, (unsigned int)hop->rtnh_ifindex, route, &attributes);
	return MNL_CB_OK;
}

/* libmnl treats a length above INT_MAX as negative, and so as small enough. */
static bool are_whole(const void *messages, size_t length)
{
	const char *at = messages;
	while (length >= sizeof(struct nlmsghdr)) {
		size_t size = ((const struct nlmsghdr *)(const void *)at)->nlmsg_len;
		size_t step = NLMSG_ALIGN(size);
		if (size < sizeof(struct nlmsghdr) || size > length)
			return false;
		at += step;
		length = step < length ? length - step : 0;
	}
	return true;
}

static int take_messages(const void *messages, size_t length, mnl_cb_t take, void *data)
{
	if (!are_whole(messages, length))
		return -EBADMSG;
	int more = sym_mnl_cb_run(messages, length, 0, 0, take, data);
	/* An error message sets errno to an arbitrary value. */
	return more >= 0 ? more : errno > 0 ? -errno : -EBADMSG;
}

int network_take_routes(const void *messages, size_t length, struct network_facts *facts)
{
	library_need(&libmnl);
	return take_messages(messages, length, take_route, facts);
}

/* ---- questions ---- */

#define TRIES 5

static struct nlmsghdr *new_question(uint16_t type, size_t header)
{
	static char buffer[4096];
	struct nlmsghdr *question = sym_mnl_nlmsg_put_header(buffer);
	question->nlmsg_type = type;
	question->nlmsg_flags = NLM_F_REQUEST;
	sym_mnl_nlmsg_put_extra_header(question, header);
	return question;
}

/* Whether a dump is inconsistent, because something changed meanwhile. libmnl would stop there, and the rest
 * would be taken for the next answer. */
static bool clear_interrupted(char *messages, size_t length)
{
	bool interrupted = false, whole = are_whole(messages, length);
	for (size_t at = 0; whole && at + sizeof(struct nlmsghdr) <= length;) {
		struct nlmsghdr *message = (void *)(messages + at);
		interrupted |= message->nlmsg_flags & NLM_F_DUMP_INTR;
		message->nlmsg_flags &= (uint16_t)~NLM_F_DUMP_INTR;
		at += NLMSG_ALIGN(message->nlmsg_len);
	}
	return interrupted;
}

/* Calls `take` with the messages of the answer, until it returns MNL_CB_STOP. Returns 0 or a negative errno:
 * -EINTR: something changed meanwhile.
 */
static int ask_through(struct mnl_socket *socket, const struct nlmsghdr *question, mnl_cb_t take, void *data)
{
	/* The maximum size of a part of a dump. */
	static char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool sent = sym_mnl_socket_sendto(socket, question, question->nlmsg_len) >= 0, interrupted = false;
	int more = sent ? MNL_CB_OK : -errno;
	while (more > MNL_CB_STOP) {
		ssize_t length = sym_mnl_socket_recvfrom(socket, buffer, sizeof buffer);
		interrupted |= length > 0 && clear_interrupted(buffer, (size_t)length);
		progress_tick();
		more = length < 0 ? -errno : take_messages(buffer, (size_t)length, take, data);
	}
	return !more && interrupted ? -EINTR : more;
}

/* NULL: it failed, see errno. */
static struct mnl_socket *open_socket(void)
{
	struct mnl_socket *socket = sym_mnl_socket_open(NETLINK_ROUTE);
	if (!socket || sym_mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) >= 0)
		return socket;
	sym_mnl_socket_close(socket);
	return NULL;
}

static int ask(const struct nlmsghdr *question, mnl_cb_t take, void *data)
{
	struct mnl_socket *socket = open_socket();
	int error = socket ? -EINTR : -errno;
	for (int tries = 0; tries < TRIES && error == -EINTR; tries++)
		error = ask_through(socket, question, take, data);
	if (socket)
		sym_mnl_socket_close(socket);
	return error;
}

/* A question for all objects of the type. */
static struct nlmsghdr *new_dump(uint16_t type, size_t header)
{
	struct nlmsghdr *question = new_question(type, header);
	question->nlmsg_flags |= NLM_F_DUMP;
	return question;
}

/* ---- the interface to an address ---- */

static int take_way(const struct nlmsghdr *message, void *data)
{
	char name[IF_NAMESIZE], **interface = data;
	struct attributes attributes;
	if (read_message(message, RTM_NEWROUTE, sizeof(struct rtmsg), &attributes) &&
		if_indextoname(number_of(&attributes, RTA_OIF, 0), name))
		*interface = text_copy(name);
	return MNL_CB_STOP;
}

char *network_interface_to(const char *address)
{
	struct in6_addr to;
	char *interface = NULL;
	char name[IF_NAMESIZE];
	/* "fe80::2%eth0", "fe80::2%3" */
	const char *scope = strchr(address, '%');
	unsigned int index = scope ? (unsigned int)strtoul(scope + 1, NULL, 10) : 0;
	if (scope)
		return text_copy(index && if_indextoname(index, name) ? name : scope + 1);
	bool six = inet_pton(AF_INET6, address, &to) == 1;
	if ((!six && inet_pton(AF_INET, address, &to) != 1) || !library_load(&libmnl))
		return NULL;
	size_t size = six ? sizeof to : sizeof(struct in_addr);
	struct nlmsghdr *question = new_question(RTM_GETROUTE, sizeof(struct rtmsg));
	struct rtmsg *route = sym_mnl_nlmsg_get_payload(question);
	route->rtm_family = six ? AF_INET6 : AF_INET;
	route->rtm_dst_len = (unsigned char)(size * 8);
	sym_mnl_attr_put(question, RTA_DST, size, &to);
	ask(question, take_way, &interface);
	return interface;
}

/* ---- alternative names ---- */

/* IFLA_ALT_IFNAME of linux/if_link.h, since 5.5. Its longest value, ALTIFNAMSIZ with its end. */
#define ALTERNATIVE_NAME 53
#define ALTERNATIVE_MAX  128

static int take_link(const struct nlmsghdr *message, void *data)
{
	struct attributes attributes;
	if (read_message(message, RTM_NEWLINK, sizeof(struct ifinfomsg), &attributes))
		*(char **)data = string_of(&attributes, IFLA_IFNAME);
	return MNL_CB_STOP;
}

char *network_interface_name(const char *alternative)
{
	char *name = NULL;
	if (strlen(alternative) >= ALTERNATIVE_MAX || !library_load(&libmnl))
		return NULL;
	struct nlmsghdr *question = new_question(RTM_GETLINK, sizeof(struct ifinfomsg));
	sym_mnl_attr_put_strz(question, ALTERNATIVE_NAME, alternative);
	ask(question, take_link, &name);
	return name;
}

/* ---- XDP programs ---- */

static int take_programs(const struct nlmsghdr *message, void *data)
{
	char name[IF_NAMESIZE];
	struct attributes attributes;
	const struct ifinfomsg *link = sym_mnl_nlmsg_get_payload(message);
	if (!read_message(message, RTM_NEWLINK, sizeof *link, &attributes))
		return MNL_CB_OK;
	const struct attributes program = nested(attributes.of[IFLA_XDP]);
	const struct nlattr *attached = program.of[IFLA_XDP_ATTACHED];
	if (attached && sym_mnl_attr_get_payload_len(attached) >= sizeof(uint8_t) &&
		sym_mnl_attr_get_u8(attached) != XDP_ATTACHED_NONE &&
		if_indextoname((unsigned int)link->ifi_index, name))
		name_list_add(data, name);
	return MNL_CB_OK;
}

int network_programs(struct name_list *interfaces)
{
	library_need(&libmnl);
	return ask(new_dump(RTM_GETLINK, sizeof(struct ifinfomsg)), take_programs, interfaces);
}

/* ---- all ---- */

int network_facts(struct network_facts *facts)
{
	int error = addresses(facts);
	library_need(&libmnl);
	int failed = ask(new_dump(RTM_GETROUTE, sizeof(struct rtmsg)), take_route, facts);
	return error ? error : failed;
}

/* ---- other namespaces ---- */

/* What a namespace is asked for. */
struct entry {
	int sysfs;
	struct mnl_socket *socket; /* NULL: it failed */
};

/* Without the way back this process would see the wrong interfaces. */
static struct entry enter(int namespace, int own)
{
	if (setns(namespace, CLONE_NEWNET) < 0)
		return (struct entry){ -errno, NULL };
	const struct entry entry = { sysroot_private("sysfs"), library_load(&libmnl) ? open_socket() : NULL };
	if (setns(own, CLONE_NEWNET) < 0)
		_exit(1);
	return entry;
}

/* linux/net_namespace.h: the number that a namespace has for another one. */
#define NSID_OF_FD 3 /* NETNSA_FD */
#define NSID       1 /* NETNSA_NSID */

/* No interface has it. */
#define NSID_UNKNOWN (-2)

static int take_nsid(const struct nlmsghdr *message, void *data)
{
	struct attributes attributes;
	if (read_message(message, RTM_NEWNSID, NLMSG_ALIGN(sizeof(struct rtgenmsg)), &attributes))
		*(int *)data = (int)number_of(&attributes, NSID, (uint32_t)NSID_UNKNOWN);
	return MNL_CB_STOP;
}

struct upper_search {
	int own; /* nsid of our namespace in the other one; negative: unknown, none */
	struct network_facts *uppers;
};

/* The index of the interface below; 0: none. For a VXLAN, IFLA_LINK is its own one. */
static uint32_t lower_of(const struct attributes *attributes)
{
	const struct attributes info = nested(attributes->of[IFLA_LINKINFO]);
	if (!text_same(string_of(&info, IFLA_INFO_KIND), "vxlan"))
		return number_of(attributes, IFLA_LINK, 0);
	const struct attributes vxlan = nested(info.of[IFLA_INFO_DATA]);
	return number_of(&vxlan, IFLA_VXLAN_LINK, 0);
}

/* An interface on top of another one, which is in the namespace with the number IFLA_LINK_NETNSID; without it
 * in its own. */
static int take_upper(const struct nlmsghdr *message, void *data)
{
	char lower[IF_NAMESIZE];
	const struct upper_search *search = data;
	struct attributes attributes;
	if (!read_message(message, RTM_NEWLINK, sizeof(struct ifinfomsg), &attributes) ||
		(int)number_of(&attributes, IFLA_LINK_NETNSID, (uint32_t)-1) != search->own ||
		!if_indextoname(lower_of(&attributes), lower))
		return MNL_CB_OK;
	const char *upper = string_of(&attributes, IFLA_IFNAME);
	if (upper)
		add_fact(search->uppers, lower, false, upper);
	return MNL_CB_OK;
}

/* The kernel gives our namespace a number when it first shows an interface that is on top of one of ours. */
static void find_uppers(struct mnl_socket *socket, int own, struct network_facts *uppers)
{
	struct upper_search search = { NSID_UNKNOWN, uppers };
	uint32_t fd = (uint32_t)own;
	ask_through(socket, new_dump(RTM_GETLINK, sizeof(struct ifinfomsg)), take_upper, &search);
	struct nlmsghdr *question = new_question(RTM_GETNSID, sizeof(struct rtgenmsg));
	sym_mnl_attr_put(question, NSID_OF_FD, sizeof fd, &fd);
	ask_through(socket, question, take_nsid, &search.own);
	if (search.own >= 0)
		ask_through(socket, new_dump(RTM_GETLINK, sizeof(struct ifinfomsg)), take_upper, &search);
	sym_mnl_socket_close(socket);
}

/* ---- network namespaces that only the kernel knows ---- */

/* Of linux/if_link.h, since 4.20 and 5.14. */
#define TARGET_NAMESPACE 46 /* IFLA_TARGET_NETNSID */
#define PARENT_NAME      56 /* IFLA_PARENT_DEV_NAME */

struct number_list {
	uint32_t *items;
	size_t count;
};

static int take_namespace(const struct nlmsghdr *message, void *data)
{
	struct number_list *numbers = data;
	int number = NSID_UNKNOWN;
	(void)take_nsid(message, &number);
	if (number >= 0)
		*array_add(numbers) = (uint32_t)number;
	return MNL_CB_OK;
}

static int take_moved(const struct nlmsghdr *message, void *data)
{
	struct attributes attributes;
	if (!read_message(message, RTM_NEWLINK, sizeof(struct ifinfomsg), &attributes))
		return MNL_CB_OK;
	const char *name = string_of(&attributes, IFLA_IFNAME);
	const char *parent = string_of(&attributes, PARENT_NAME);
	if (name && parent)
		add_fact(data, parent, false, name);
	return MNL_CB_OK;
}

int network_moved(struct network_facts *facts)
{
	struct number_list numbers = { 0 };
	if (!library_load(&libmnl))
		return -ELIBACC;
	int error = ask(new_dump(RTM_GETNSID, sizeof(struct rtgenmsg)), take_namespace, &numbers);
	for (size_t i = 0; i < numbers.count; i++) {
		struct nlmsghdr *question = new_dump(RTM_GETLINK, sizeof(struct ifinfomsg));
		sym_mnl_attr_put(question, TARGET_NAMESPACE, sizeof(uint32_t), &numbers.items[i]);
		(void)ask(question, take_moved, facts);
	}
	/* Before, the kernel does not name what an interface belongs to. */
	return numbers.count && kernel_version() < 514 ? -ENOTSUP : error;
}

bool network_is_separate(void)
{
	struct stat first, own;
	return stat("/proc/1/ns/net", &first) == 0 && stat("/proc/self/ns/net", &own) == 0 &&
	       first.st_ino != own.st_ino;
}

/* Opens nothing but a namespace: an ordinary user can have mounted or linked there what does something when
 * it is opened, as a watchdog does. */
static int open_namespace(const struct sysroot *root, const char *path)
{
	char opened[64];
	struct statfs filesystem;
	auto_fd int fd = openat(root->fd, path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENXIO ? -EINVAL
											       : -errno;
	if (fstatfs(fd, &filesystem) < 0 || filesystem.f_type != NSFS_MAGIC)
		return -EINVAL;
	snprintf(opened, sizeof opened, "/proc/self/fd/%d", fd);
	int namespace = open(opened, O_RDONLY | O_CLOEXEC);
	return namespace < 0 ? -errno : namespace;
}

int network_enter(
	const struct sysroot *root, const char *path, struct sysroot *sysfs, struct network_facts *uppers)
{
	struct stat theirs, ours;
	auto_fd int namespace = open_namespace(root, path);
	auto_fd int own = openat(root->fd, "proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (namespace < 0)
		return namespace;
	if (own < 0 || fstat(namespace, &theirs) < 0 || fstat(own, &ours) < 0)
		return -errno;
	if (theirs.st_ino == ours.st_ino)
		return -EALREADY;
	const struct entry entry = enter(namespace, own);
	if (entry.socket)
		find_uppers(entry.socket, own, uppers);
	*sysfs = (struct sysroot){ .fd = entry.sysfs, .live = true };
	return entry.sysfs < 0 ? entry.sysfs : 0;
}
