/* The catalog of all findings about readiness and safety. The meaning of an id never changes. */
#ifndef JUDGE_FINDING_H
#define JUDGE_FINDING_H

#include "model.h"

/* X(name, id, severity, whether --force overrides it) */
#define FINDINGS(X)                                                                                          \
	X(KERNEL_WITHOUT_VFIO, "kernel-without-vfio", BLOCKER, false)                                        \
	X(VFIO_MISSING, "vfio-missing", BLOCKER, false)                                                      \
	X(VFIO_UNKNOWN, "vfio-unknown", BLOCKER, false)                                                      \
	X(KERNEL_WITHOUT_NOIOMMU, "kernel-without-noiommu", BLOCKER, false)                                  \
	X(KERNEL_WITHOUT_PATH, "kernel-without-path", BLOCKER, false)                                        \
	X(KERNEL_CONFIG_UNKNOWN, "kernel-config-unknown", NOTE, false)                                       \
	X(SOURCES_CONTRADICT, "sources-contradict", WARNING, false)                                          \
	X(GROUP_NEEDS_IOMMUFD, "group-needs-iommufd", WARNING, false)                                        \
	X(VFIO_PCI_MISSING, "vfio-pci-missing", BLOCKER, false)                                              \
	X(SYSFS_READ_ONLY, "sysfs-read-only", BLOCKER, false)                                                \
	X(NOT_ROOT, "not-root", BLOCKER, false)                                                              \
	X(NOIOMMU_DISABLED, "noiommu-disabled", BLOCKER, false)                                              \
	X(NOIOMMU_WITH_IOMMU, "noiommu-with-iommu", WARNING, false)                                          \
	X(NEXT_BOOT_DIFFERS, "next-boot-differs", WARNING, false)                                            \
	X(NEXT_BOOT_PARAMETER, "next-boot-parameter", WARNING, false)                                        \
	X(NEXT_BOOT_UNKNOWN, "next-boot-unknown", WARNING, false)                                            \
	X(MODE_SET_ELSEWHERE, "mode-set-elsewhere", WARNING, false)                                          \
	X(INITRAMFS_STALE, "initramfs-stale", WARNING, false)                                                \
	X(INITRAMFS_UNKNOWN, "initramfs-unknown", NOTE, false)                                               \
	X(NOIOMMU_DEVICES_BOUND, "noiommu-devices-bound", BLOCKER, true)                                     \
	X(DEVICE_IS_BRIDGE, "device-is-bridge", BLOCKER, false)                                              \
	X(DEVICE_HAS_IOMMU, "device-has-iommu", BLOCKER, false)                                              \
	X(DEVICE_UNREADABLE, "device-unreadable", BLOCKER, false)                                            \
	X(DEVICE_DENYLISTED, "device-denylisted", BLOCKER, false)                                            \
	X(DEVICE_HAS_VFS, "device-has-vfs", BLOCKER, false)                                                  \
	X(INTERFACE_UP, "interface-up", BLOCKER, true)                                                       \
	X(INTERFACE_ADDRESS, "interface-address", BLOCKER, true)                                             \
	X(INTERFACE_ROUTE, "interface-route", BLOCKER, true)                                                 \
	X(INTERFACE_ENSLAVED, "interface-enslaved", BLOCKER, true)                                           \
	X(INTERFACE_ELSEWHERE, "interface-elsewhere", BLOCKER, true)                                         \
	X(DISK_MOUNTED, "disk-mounted", BLOCKER, true)                                                       \
	X(DISK_SWAP, "disk-swap", BLOCKER, true)                                                             \
	X(DISK_HELD, "disk-held", BLOCKER, true)                                                             \
	X(DISPLAY_BOOT, "display-boot", BLOCKER, true)                                                       \
	X(DISPLAY_FRAMEBUFFER, "display-framebuffer", BLOCKER, true)                                         \
	X(DEVICE_HELD, "device-held", BLOCKER, true)                                                         \
	X(USE_UNKNOWN, "use-unknown", BLOCKER, true)                                                         \
	X(DEVICE_NOT_BOUND, "device-not-bound", BLOCKER, false)                                              \
	X(CAPABILITY_MISSING, "capability-missing", BLOCKER, false)                                          \
	X(NODE_PERMISSION, "node-permission", BLOCKER, false)                                                \
	X(NODE_MISSING, "node-missing", BLOCKER, false)                                                      \
	X(CONTAINER_MISSING, "container-missing", BLOCKER, false)                                            \
	X(IOMMUFD_MISSING, "iommufd-missing", BLOCKER, false)                                                \
	X(GROUP_NOT_VIABLE, "group-not-viable", BLOCKER, false)                                              \
	X(INTERRUPTS_NOT_REMAPPED, "interrupts-not-remapped", BLOCKER, false)                                \
	X(MEMORY_LIMIT, "memory-limit", BLOCKER, false)                                                      \
	X(PHYSICAL_ADDRESS_WRONG, "physical-address-wrong", BLOCKER, false)                                  \
	X(KERNEL_TOO_OLD, "kernel-too-old", BLOCKER, false)                                                  \
	X(OPEN_FAILED, "open-failed", BLOCKER, false)                                                        \
	X(MEMORY_UNUSABLE, "memory-unusable", WARNING, false)                                                \
	X(DEVICE_INTERRUPTED, "device-interrupted", WARNING, false)                                          \
	X(OWNER_NEEDS_CAPABILITY, "owner-needs-capability", NOTE, false)                                     \
	X(BINDING_OTHER_CARD, "binding-other-card", WARNING, false)                                          \
	X(BINDING_ABSENT, "binding-absent", WARNING, false)                                                  \
	X(BINDING_UNUSABLE, "binding-unusable", WARNING, false)                                              \
	X(BINDING_NOT_BOUND, "binding-not-bound", WARNING, false)                                            \
	X(BINDING_WITHOUT_MODE, "binding-without-mode", WARNING, false)                                      \
	X(BINDING_WITHOUT_RULE, "binding-without-rule", WARNING, false)                                      \
	X(BINDING_REMAINS, "binding-remains", NOTE, false)                                                   \
	X(SIBLING_UNBOUND, "sibling-unbound", NOTE, false)                                                   \
	X(NODE_UNEXPECTED, "node-unexpected", NOTE, false)                                                   \
	X(KERNEL_WILL_TAINT, "kernel-will-taint", NOTE, false)

#define FINDING_ENUM(name, id, severity, forcible) FINDING_##name,
enum finding_kind { FINDINGS(FINDING_ENUM) FINDING_COUNT };
#undef FINDING_ENUM

/* Adds a finding. `subject` (a device's address, NULL: the machine) and `remedy` (the next command to type,
 * NULL: none) are copied. */
void finding_add(struct finding_list *findings, enum finding_kind kind, const char *subject,
	const char *remedy, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Removes all findings of this kind. */
void finding_drop(struct finding_list *findings, enum finding_kind kind);

/* The number of blockers that --force has not overridden. */
size_t finding_blockers(const struct finding_list *findings);

/* With `force`, marks the blockers that --force overrides. Returns the number of remaining blockers. */
size_t finding_override(struct finding_list *findings, bool force);

#endif
