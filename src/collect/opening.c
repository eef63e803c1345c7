#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/base.h"
#include "collect/collect.h"

#define CONTAINER "dev/vfio/vfio"
#define IOMMUFD   "dev/iommu"

/* Records the result of a step; returns whether it succeeded. */
static bool record_step(struct opening *opening, enum open_step step, int result)
{
	opening->steps[opening->count++] =
		(struct step_result){ .step = step, .error = result < 0 ? result : 0 };
	return result >= 0;
}

/* A node can exist without a driver, for example because its module is not loaded. */
static bool is_absent(int result)
{
	return result == -ENOENT || result == -ENODEV || result == -ENXIO;
}

static int open_container(const struct sysroot *root, struct opening *opening)
{
	int container = sysroot_open_node(root, CONTAINER);
	if (!is_absent(container))
		return container;
	int iommufd = sysroot_open_node(root, IOMMUFD);
	opening->iommufd_as_container = !is_absent(iommufd);
	return is_absent(iommufd) ? container : iommufd;
}

static bool open_group(const struct sysroot *root, struct opening *opening)
{
	int type = vfio_container_type(opening->node->noiommu);
	auto_fd int container = open_container(root, opening);
	if (!record_step(opening, STEP_OPEN_CONTAINER, container) ||
		!record_step(opening, STEP_CHECK_EXTENSION, vfio_container_check(container, type)))
		return false;
	auto_fd int group = sysroot_open_node(root, opening->node->path + 1);
	if (!record_step(opening, STEP_OPEN_GROUP, group) ||
		!record_step(opening, STEP_GROUP_GET_STATUS, vfio_group_check_viable(group)) ||
		!record_step(opening, STEP_SET_CONTAINER, vfio_group_set_container(group, container)) ||
		!record_step(opening, STEP_SET_IOMMU, vfio_container_set_type(container, type)))
		return false;
	auto_fd int device = vfio_group_get_device(group, opening->device->address);
	return record_step(opening, STEP_GET_DEVICE_FD, device) &&
	       record_step(opening, STEP_GET_INFO, vfio_device_offer(device, &opening->offer));
}

static int get_physical(const struct sysroot *root, int iommufd, struct page *page, struct opening *opening)
{
	int error = iommufd_physical(iommufd, page);
	if (error)
		return error;
	opening->physical = page->physical;
	opening->physical_right = page_is_physical(root, page);
	return opening->physical_right == ANSWER_NO ? -EBADMSG : 0;
}

/* Maps and unmaps one page. The kernel returns its physical address only without an IOMMU. */
static bool map_page(const struct sysroot *root, int iommufd, struct page *page, struct opening *opening)
{
	int error = page_make(page);
	if (!record_step(opening, STEP_IOAS_MAP, error ? error : iommufd_map(iommufd, page)))
		return false;
	if (opening->node->noiommu &&
		!record_step(opening, STEP_GET_PA, get_physical(root, iommufd, page, opening)))
		return false;
	return record_step(opening, STEP_IOAS_UNMAP, iommufd_unmap(iommufd, page));
}

static bool open_cdev(const struct sysroot *root, struct opening *opening)
{
	cleanup(page_free) struct page page = { 0 };
	auto_fd int iommufd = sysroot_open_node(root, IOMMUFD);
	if (!record_step(opening, STEP_OPEN_IOMMUFD, iommufd))
		return false;
	auto_fd int device = sysroot_open_node(root, opening->node->path + 1);
	return record_step(opening, STEP_OPEN_CDEV, device) &&
	       record_step(opening, STEP_BIND_IOMMUFD, vfio_device_bind(device, iommufd)) &&
	       record_step(opening, STEP_IOAS_ALLOC, iommufd_ioas(iommufd, &page)) &&
	       record_step(opening, STEP_ATTACH_PT, vfio_device_attach(device, page.ioas)) &&
	       map_page(root, iommufd, &page, opening) &&
	       record_step(opening, STEP_GET_INFO, vfio_device_offer(device, &opening->offer));
}

void opening_collect(const struct sysroot *root, struct device_list *devices, const struct device *device,
	const struct vfio_node *only, struct opening_list *openings)
{
	bool failed = false;
	const struct {
		const struct vfio_node *node;
		bool (*open)(const struct sysroot *root, struct opening *opening);
	} paths[] = { { &device->group, open_group }, { &device->cdev, open_cdev } };
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (!paths[i].node->name || (only && only != paths[i].node))
			continue;
		struct opening *opening = array_add(openings);
		*opening = (struct opening){
			.device = device, .node = paths[i].node, .physical_right = ANSWER_UNKNOWN
		};
		opening->opened = paths[i].open(root, opening);
		failed |= !opening->opened;
	}
	if (failed)
		use_collect_processes(root, devices);
}

/* ---- what a client needs besides ---- */

#define HUGE_PAGES "sys/kernel/mm/hugepages"

static unsigned long long read_number(const struct sysroot *root, const char *folder, const char *name)
{
	const char *text = sysroot_read(root, PATH(HUGE_PAGES "/%s/%s", folder, name));
	return text ? strtoull(text, NULL, 10) : 0;
}

/* What is left of one number of pages after the other. */
static unsigned long long read_rest(
	const struct sysroot *root, const char *folder, const char *all, const char *taken)
{
	unsigned long long from = read_number(root, folder, all), less = read_number(root, folder, taken);
	return from > less ? from - less : 0;
}

/* "2M", "1024M", "64K": in KiB. */
static unsigned long long page_size(const char *text)
{
	char *unit;
	unsigned long long number = strtoull(text, &unit, 10);
	return *unit == 'G'   ? number << 20
	       : *unit == 'M' ? number << 10
	       : *unit == 'K' ? number
			      : number >> 10;
}

/* The size of huge pages that hugetlbfs has without another option, in KiB; 0: unknown. */
static unsigned long long default_page_size(const struct sysroot *root)
{
	static const char key[] = "\nHugepagesize:";
	const char *text = sysroot_read_file(root, "proc/meminfo", SYSROOT_TEXT_MAX);
	const char *line = text ? strstr(text, key) : NULL;
	return line ? strtoull(line + strlen(key), NULL, 10) : 0;
}

/* A program takes pages of a size only where a hugetlbfs of that size is mounted. */
static bool is_mounted(const struct mount_facts *mounts, unsigned long long size, unsigned long long usual)
{
	const struct mount_fact *mount;
	array_each (mount, mounts)
		if (mount->target && text_same(mount->type, "hugetlbfs") &&
			size == (mount->page_size ? page_size(mount->page_size) : usual))
			return true;
	return false;
}

static void collect_huge_pages(const struct sysroot *root, struct client_facts *facts)
{
	struct mount_facts mounts = { 0 };
	struct name_list names = { 0 };
	unsigned long long usual = default_page_size(root);
	const struct mount_fact *mount;
	const char **name;
	mount_facts(root, &mounts);
	array_each (mount, &mounts)
		if (!facts->hugetlbfs && mount->target && text_same(mount->type, "hugetlbfs"))
			facts->hugetlbfs = mount->target;
	sysroot_list(root, HUGE_PAGES, &names);
	array_each (name, &names) {
		const char *digits = text_after(*name, "hugepages-");
		unsigned long long size = digits ? strtoull(digits, NULL, 10) : 0;
		if (!size || (facts->hugetlbfs && !is_mounted(&mounts, size, usual)))
			continue;
		if (!facts->huge_size || size == usual)
			facts->huge_size = size;
		facts->huge_free += size * (read_rest(root, *name, "free_hugepages", "resv_hugepages") +
						   read_rest(root, *name, "nr_overcommit_hugepages",
							   "surplus_hugepages"));
	}
}

static long long lock_limit(void)
{
	struct rlimit limit;
	bool limited = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur <= LLONG_MAX;
	return limited ? (long long)limit.rlim_cur : -1;
}

bool locks_freely_parse(const char *status)
{
	static const char name[] = "\nCapEff:";
	const char *line = strstr(status, name);
	return line && strtoull(line + strlen(name), NULL, 16) & 1ULL << CAP_IPC_LOCK;
}

void client_facts_collect(const struct sysroot *root, struct client_facts *facts)
{
	const char *status = sysroot_read(root, "proc/self/status");
	*facts = (struct client_facts){
		.container = sysroot_exists(root, CONTAINER),
		.lock_limit = lock_limit(),
		.locks_freely = status && locks_freely_parse(status),
		.sees_physical = page_shows_physical(root),
	};
	collect_huge_pages(root, facts);
}
