/* verify --for: which node a client opens, and what it lacks. `client_test print` prints each finding once
 * instead, for tests/golden/unit.txt. */
#include <stdlib.h>

#include "base/base.h"
#include "collect/collect.h"
#include "judge/judge.h"
#include "show/show.h"
#include "tap.h"

#define GROUP                                                                                                \
	{                                                                                                    \
		.name = "noiommu-0", .path = "/dev/vfio/noiommu-0", .noiommu = true, .present = true         \
	}
#define CDEV                                                                                                 \
	{                                                                                                    \
		.name = "noiommu-vfio0", .path = "/dev/vfio/devices/noiommu-vfio0", .noiommu = true,         \
		.present = true                                                                              \
	}

/* A noiommu device of case 3, of case 1, of case 5, and an ordinary VFIO device. */
static const struct device both = { .address = "0000:00:04.0", .vfio = true, .group = GROUP, .cdev = CDEV };
static const struct device old = { .address = "0000:00:04.0", .vfio = true, .group = GROUP };
static const struct device new = { .address = "0000:00:04.0", .vfio = true, .cdev = CDEV };
static const struct device ordinary = { .address = "0000:00:04.0",
	.vfio = true,
	.iommu = ANSWER_YES,
	.group = { .name = "2", .path = "/dev/vfio/2", .present = true },
	.cdev = { .name = "vfio0", .path = "/dev/vfio/devices/vfio0", .present = true } };

/* All that a client needs. */
static const struct client_facts enough = { .container = ANSWER_YES,
	.huge_size = 2048,
	.huge_free = 1 << 20,
	.hugetlbfs = "/dev/hugepages",
	.lock_limit = 8 << 20,
	.locks_freely = true,
	.sees_physical = true };

static bool printing;
static struct finding_list findings; /* until exit */

/* The ids of the findings since there were so many, each with a blank before it. */
static char *ids_since(size_t before)
{
	char *ids = text_copy("");
	for (size_t i = before; i < findings.count; i++) {
		size_t same = 0;
		while (!text_same(findings.items[same].sentence, findings.items[i].sentence))
			same++;
		if (printing && same == i)
			findings_print(&(struct finding_list){ .items = &findings.items[i], .count = 1 });
		text_append(&ids, " %s", findings.items[i].id);
	}
	return ids;
}

static bool opens(enum client client, const struct device *device, const struct vfio_node *node)
{
	return client_node(client, &enough, device) == node;
}

static void test_node(void)
{
	struct client_facts without = enough;
	ok(opens(CLIENT_DPDK, &both, &both.group));
	ok(opens(CLIENT_DPDK, &old, &old.group));
	ok(opens(CLIENT_DPDK, &new, &new.cdev));
	ok(opens(CLIENT_DPDK, &ordinary, &ordinary.group));
	ok(opens(CLIENT_SPDK, &both, &both.group));
	ok(opens(CLIENT_SPDK, &new, NULL));
	ok(opens(CLIENT_QEMU, &both, NULL));
	ok(opens(CLIENT_QEMU, &ordinary, &ordinary.group));
	ok(opens(CLIENT_CDEV, &both, &both.cdev));
	ok(opens(CLIENT_CDEV, &old, NULL));
	ok(opens(CLIENT_GROUP, &both, &both.group));
	ok(opens(CLIENT_GROUP, &new, NULL));
	without.container = ANSWER_NO;
	ok(client_node(CLIENT_DPDK, &without, &both) == &both.cdev);
	ok(client_node(CLIENT_DPDK, &without, &old) == &old.group);
	ok(client_node(CLIENT_SPDK, &without, &both) == &both.group);
	ok(client_node(CLIENT_GROUP, &without, &both) == &both.group);
}

/* The ids of the findings on a device of which everything else is right. */
static char *lacks(enum client client, const struct client_facts *facts, enum mode mode,
	const struct device *device, const unsigned int interrupts[3])
{
	const struct host host = { .mode = mode };
	struct opening opening = { .device = device,
		.node = client_node(client, facts, device),
		.opened = true,
		.iommufd_as_container =
			facts->container == ANSWER_NO && client_node(client, facts, device) == &device->group,
		.offer = { .known = true, .interrupts = { interrupts[0], interrupts[1], interrupts[2] } } };
	const struct opening_list openings = { &opening, opening.node != NULL };
	size_t before = findings.count;
	client_judge(client, &host, facts, &openings, &findings);
	return ids_since(before);
}

/* The same on a device without a node that the client opens. */
static char *lacks_node(enum client client)
{
	const struct access_case access = { .number = 1 };
	size_t before = findings.count;
	client_judge_nodeless(client, &access, &old, &findings);
	return ids_since(before);
}

static bool is_text(const char *text, const char *expected)
{
	bool same = text_same(text, expected);
	if (!same)
		printf("# '%s'\n", text);
	return same;
}

static const unsigned int msix[3] = { 1, 1, 5 }, msi[3] = { 1, 1, 0 }, none[3] = { 0 };

#define FINDS(ids, expected)              (printing ? (void)(ids) : ok(is_text(ids, expected)))
#define LACKS(client, facts, device, ids) FINDS(lacks(client, facts, MODE_ON, device, msix), ids)

static void test_machine(void)
{
	struct client_facts facts = enough;
	FINDS(lacks_node(CLIENT_QEMU), " client-needs-iommu");
	FINDS(lacks_node(CLIENT_CDEV), " client-node-missing");
	LACKS(CLIENT_DPDK, &facts, &both, "");
	LACKS(CLIENT_DPDK, &facts, &new, " client-version");
	facts.hugetlbfs = NULL;
	LACKS(CLIENT_DPDK, &facts, &both, " client-huge-pages");
	facts.huge_free = 0;
	facts.sees_physical = false;
	LACKS(CLIENT_SPDK, &facts, &both, " client-huge-pages client-physical-address");
	LACKS(CLIENT_SPDK, &facts, &new, " client-huge-pages client-physical-address");
	facts.huge_size = 0;
	LACKS(CLIENT_DPDK, &facts, &both, " client-huge-pages client-physical-address");
	LACKS(CLIENT_CDEV, &facts, &both, "");
	LACKS(CLIENT_GROUP, &facts, &both, "");
	LACKS(CLIENT_QEMU, &facts, &ordinary, "");
	facts = enough;
	facts.container = ANSWER_NO;
	LACKS(CLIENT_DPDK, &facts, &both, " client-version");
	LACKS(CLIENT_DPDK, &facts, &old, " client-node-missing");
	LACKS(CLIENT_SPDK, &facts, &both, " client-node-missing");
	LACKS(CLIENT_GROUP, &facts, &both, "");
	LACKS(CLIENT_QEMU, &facts, &ordinary, " client-version");
	/* With the mode off DPDK looks for ordinary nodes, and uses virtual addresses. */
	facts = enough;
	facts.sees_physical = false;
	FINDS(lacks(CLIENT_DPDK, &facts, MODE_OFF, &ordinary, msix), "");
	FINDS(lacks(CLIENT_DPDK, &facts, MODE_ON, &ordinary, msix), " client-physical-address");
	FINDS(lacks(CLIENT_DPDK, &enough, MODE_OFF, &new, msix), " noiommu-disabled client-version");
	FINDS(lacks(CLIENT_CDEV, &enough, MODE_OFF, &new, msix), "");
}

static void test_limit(void)
{
	struct client_facts facts = enough;
	facts.locks_freely = false;
	LACKS(CLIENT_DPDK, &facts, &both, "");
	LACKS(CLIENT_GROUP, &facts, &both, "");
	LACKS(CLIENT_CDEV, &facts, &both, " client-memory-limit");
	LACKS(CLIENT_GROUP, &facts, &ordinary, " client-memory-limit");
	LACKS(CLIENT_QEMU, &facts, &ordinary, " client-memory-limit");
	LACKS(CLIENT_DPDK, &facts, &new, " client-version client-memory-limit");
	facts.lock_limit = 64 << 10;
	LACKS(CLIENT_DPDK, &facts, &new, " client-version memory-limit");
	facts.lock_limit = 0;
	LACKS(CLIENT_CDEV, &facts, &both, " client-memory-limit");
	facts.lock_limit = 1LL << 30;
	LACKS(CLIENT_DPDK, &facts, &new, " client-version");
	facts.lock_limit = -1;
	LACKS(CLIENT_CDEV, &facts, &both, "");
}

static void test_interrupts(void)
{
	FINDS(lacks(CLIENT_DPDK, &enough, MODE_ON, &both, msi), " client-interrupts");
	FINDS(lacks(CLIENT_DPDK, &enough, MODE_ON, &both, none), " client-interrupts");
	FINDS(lacks(CLIENT_SPDK, &enough, MODE_ON, &both, msi), " client-interrupts");
	FINDS(lacks(CLIENT_GROUP, &enough, MODE_ON, &both, msi), "");
	FINDS(lacks(CLIENT_CDEV, &enough, MODE_ON, &both, none), " client-interrupts");
}

static void test_parse(void)
{
	ok(locks_freely_parse("Name:\tx\nCapPrm:\t0\nCapEff:\t000001ffffffffff\n"));
	ok(locks_freely_parse("Name:\tx\nCapEff:\t0000000000004000\n"));
	ok(!locks_freely_parse("Name:\tx\nCapPrm:\t0000000000004000\nCapEff:\t000001ffffffbfff\n"));
	ok(!locks_freely_parse("Name:\tx\n"));
}

int main(int argc, char **argv)
{
	printing = argc > 1 && text_same(argv[1], "print");
	test_machine();
	test_limit();
	test_interrupts();
	if (printing)
		return 0;
	test_node();
	test_parse();
	return tap_done();
}
