/* iommufd's ioctls: an address space, and one page of our own in it; Documentation/userspace-api/iommufd.rst.
 * Each returns 0 or a negative errno: the kernel's answer. */
#ifndef KERNEL_IOMMUFD_H
#define KERNEL_IOMMUFD_H

#include "kernel/sysroot.h"

/* A page of this process's memory. */
struct page {
	void *memory;
	unsigned int ioas;
	unsigned long long iova;     /* where the device sees it */
	unsigned long long physical; /* address in bytes */
};

/* A page, present in memory: -ENOMEM when there is none. page_free gives it back. */
int page_make(struct page *page);
void page_free(struct page *page);

/* A new address space: its id in `page->ioas`. It ends with the file descriptor. */
int iommufd_ioas(int iommufd, struct page *page);
int iommufd_map(int iommufd, struct page *page);
int iommufd_unmap(int iommufd, const struct page *page);

/* The physical address that the kernel names for the device's use, in `page->physical`. */
int iommufd_physical(int iommufd, struct page *page);

/* Whether `page->physical` is the page's by /proc/self/pagemap; UNKNOWN without CAP_SYS_ADMIN, to which alone
 * it is shown; Documentation/admin-guide/mm/pagemap.rst. */
enum answer page_is_physical(const struct sysroot *root, const struct page *page);

#endif
