#include "collect/opening.h"

#include <errno.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "collect/use.h"
#include "kernel/iommufd.h"
#include "kernel/vfio.h"

#define CONTAINER "dev/vfio/vfio"
#define IOMMUFD   "dev/iommu"

/* Notes what came of a step; returns whether it went well. */
static bool went(struct opening *opening, enum open_step step, int result)
{
	opening->steps[opening->count++] =
		(struct step_result){ .step = step, .error = result < 0 ? result : 0 };
	return result >= 0;
}

/* The node exists when nothing stands behind it, too, as for a module that was not loaded. */
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
	opening->iommufd_as_container = iommufd >= 0;
	return is_absent(iommufd) ? container : iommufd;
}

static bool open_group(const struct sysroot *root, struct opening *opening)
{
	int type = vfio_container_type(opening->node->noiommu);
	auto_fd int container = open_container(root, opening);
	if (!went(opening, STEP_OPEN_CONTAINER, container) ||
		!went(opening, STEP_CHECK_EXTENSION, vfio_container_check(container, type)))
		return false;
	auto_fd int group = sysroot_open_node(root, opening->node->path + 1);
	if (!went(opening, STEP_OPEN_GROUP, group) ||
		!went(opening, STEP_GROUP_GET_STATUS, vfio_group_check_viable(group)) ||
		!went(opening, STEP_SET_CONTAINER, vfio_group_set_container(group, container)) ||
		!went(opening, STEP_SET_IOMMU, vfio_container_set_type(container, type)))
		return false;
	auto_fd int device = vfio_group_get_device(group, opening->device->address);
	return went(opening, STEP_GET_DEVICE_FD, device) &&
	       went(opening, STEP_GET_INFO, vfio_device_offer(device, &opening->offer));
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

/* One page goes in and out of the address space. Only without an IOMMU is there a physical address to ask
 * for. */
static bool map_page(const struct sysroot *root, int iommufd, struct page *page, struct opening *opening)
{
	int error = page_make(page);
	if (!went(opening, STEP_IOAS_MAP, error ? error : iommufd_map(iommufd, page)))
		return false;
	if (opening->node->noiommu && !went(opening, STEP_GET_PA, get_physical(root, iommufd, page, opening)))
		return false;
	return went(opening, STEP_IOAS_UNMAP, iommufd_unmap(iommufd, page));
}

static bool open_cdev(const struct sysroot *root, struct opening *opening)
{
	cleanup(page_free) struct page page = { 0 };
	auto_fd int iommufd = sysroot_open_node(root, IOMMUFD);
	if (!went(opening, STEP_OPEN_IOMMUFD, iommufd))
		return false;
	auto_fd int device = sysroot_open_node(root, opening->node->path + 1);
	return went(opening, STEP_OPEN_CDEV, device) &&
	       went(opening, STEP_BIND_IOMMUFD, vfio_device_bind(device, iommufd)) &&
	       went(opening, STEP_IOAS_ALLOC, iommufd_ioas(iommufd, &page)) &&
	       went(opening, STEP_ATTACH_PT, vfio_device_attach(device, page.ioas)) &&
	       map_page(root, iommufd, &page, opening) &&
	       went(opening, STEP_GET_INFO, vfio_device_offer(device, &opening->offer));
}

void opening_collect(const struct sysroot *root, struct device *device, struct opening_list *openings)
{
	bool failed = false;
	const struct {
		const struct vfio_node *node;
		bool (*open)(const struct sysroot *root, struct opening *opening);
	} paths[] = { { &device->group, open_group }, { &device->cdev, open_cdev } };
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (!paths[i].node->name)
			continue;
		struct opening *opening = array_add(openings);
		*opening = (struct opening){
			.device = device, .node = paths[i].node, .physical_right = ANSWER_UNKNOWN
		};
		opening->opened = paths[i].open(root, opening);
		failed |= !opening->opened;
	}
	if (failed)
		use_collect_processes(root, &(struct device_refs){ &device, 1 });
}
