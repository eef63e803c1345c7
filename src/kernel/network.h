/* Addresses and routes of the network interfaces in this network namespace, through getifaddrs and libmnl
 * (rtnetlink). */
#ifndef KERNEL_NETWORK_H
#define KERNEL_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

struct network_fact {
	char *interface; /* "eth0" */
	bool route;      /* a route out of it; else an address of it */
	char *text;      /* "192.0.2.1/24", "default", "192.0.2.0/24 in table 100" */
};

struct network_facts {
	struct network_fact *items;
	size_t count;
};

/* Adds all addresses, and the routes of all tables, IPv4 and IPv6; not those that every interface that is up
 * has (link local, multicast, the table local). Returns 0 or a negative errno; what was found until then is
 * kept. */
int network_facts(struct network_facts *facts);

/* Adds the routes that `messages`, `length` bytes of the kernel's answer in rtnetlink's form and aligned as
 * that, tell of. Returns 1 when more are to come, 0 when these were the last, or a negative errno. */
int network_take_routes(const void *messages, size_t length, struct network_facts *facts);

void network_facts_free(struct network_facts *facts);

#endif
