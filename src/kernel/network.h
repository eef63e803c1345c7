/* Addresses and routes of the network interfaces in this network namespace, through getifaddrs and libmnl
 * (rtnetlink). */
#ifndef KERNEL_NETWORK_H
#define KERNEL_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

struct network_fact {
	char *interface; /* "eth0" */
	bool route;      /* a route through it; else an address of it */
	char *text;      /* "192.0.2.1/24", "default", "192.0.2.0/24 in table 100" */
};

struct network_facts {
	struct network_fact *items;
	size_t count;
};

/* Adds all IPv4 and IPv6 addresses and the routes of all tables, except those that every interface has while
 * it is up (link local, multicast, the table local). Returns 0, or a negative errno with the facts found so
 * far. */
int network_facts(struct network_facts *facts);

/* Adds the routes in `messages`, `length` bytes of an rtnetlink reply with its alignment. Returns 1 if more
 * messages follow, 0 if these were the last, or a negative errno. */
int network_take_routes(const void *messages, size_t length, struct network_facts *facts);

void network_facts_free(struct network_facts *facts);

#endif
