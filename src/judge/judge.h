/* Takes the structs of model.h, returns findings and verdicts. Pure: no I/O at all. */
#ifndef JUDGE_H
#define JUDGE_H

#include "work.h"

/* ---- finding.c ----
 * All findings about readiness and safety: findings.def. */

enum finding_kind {
#define X(name, id, severity, forcible, meaning, reason, remedy) FINDING_##name,
#include "judge/findings.def"
#undef X
	FINDING_COUNT
};

/* The explanations of all findings, in the order of findings.def; NULL: there are no more. */
const struct explanation *finding_explanation(size_t index);

/* Adds a finding. `subject` (a device's address, NULL: the machine) and `remedy` (the next command to type,
 * NULL: none) must live on. */
void finding_add(struct finding_list *findings, enum finding_kind kind, const char *subject,
	const char *remedy, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Removes all findings of this kind. */
void finding_drop(struct finding_list *findings, enum finding_kind kind);

/* The number of blockers that --force has not overridden. */
size_t finding_blockers(const struct finding_list *findings);

/* ---- matrix.c ----
 * The group/container/cdev/noiommu matrix: the access paths that a kernel provides for a device without an
 * IOMMU. */

/* The verdict on the kernel of `host`. The most reliable available source answers each question. */
struct access_case access_case_judge(const struct host *host);

/* The rows of the matrix as they are for kernels of the version and architecture of `host`: each with noiommu
 * if Kconfig allows it; the row of `access` is `access`. */
void access_case_judge_all(
	const struct host *host, const struct access_case *access, struct access_case cases[CASE_COUNT]);

/* Adds the configuration lines to change to get the paths that the kernel of `host` lacks according to
 * `access`. Adds nothing if both paths work or if nothing is known. */
void access_case_advise(
	const struct host *host, const struct access_case *access, struct advice_list *advice);

/* Adds a finding for each question on which two sources contradict each other. */
void access_case_judge_sources(
	const struct host *host, const struct access_case *access, struct finding_list *findings);

/* ---- readiness.c ----
 * Whether this machine is ready for noiommu. */

/* Adds the findings about the machine as a whole. */
void readiness_judge(
	const struct host *host, const struct access_case *access, struct finding_list *findings);

/* Adds what keeps the module, vfio or vfio_pci, from being loaded, if it is not loaded. */
void readiness_judge_blocked(const struct host *host, const struct next_boot *next, enum module_index module,
	struct finding_list *findings);

/* Adds the devices that loading vfio_pci binds besides the `wanted` ones, by its parameter ids or by their
 * driver_override, if that is collected. */
void readiness_judge_ids(const struct host *host, const struct next_boot *next,
	const struct device_list *devices, const struct device_refs *wanted, struct finding_list *findings);

/* Whether the device will be a noiommu device; one that has an IOMMU will not, if that is allowed. */
bool device_needs_noiommu(const struct device *device, bool allow_iommu);

/* Adds what prevents any change to this machine: not root, a read-only sysfs. */
void readiness_judge_acting(const struct host *host, struct finding_list *findings);

/* Adds a blocker if sysfs is read-only, also for a user who is not root. */
void readiness_judge_sysfs(const struct host *host, struct finding_list *findings);

/* Adds a blocker if the machine has an IOMMU that the kernel does not use, unless `allow_iommu`. */
void readiness_judge_unused_iommu(const struct host *host, const struct device *device, bool allow_iommu,
	struct finding_list *findings);

/* Adds a blocker for each bound noiommu device: disabling the mode would break it. */
void readiness_judge_disable(const struct device_list *devices, struct finding_list *findings);

/* Whether noiommu mode at the next boot matches the current mode and the requested mode. */

/* Whether it is known to be enabled, or disabled: without support it always is. */
bool nextboot_is(const struct next_boot *next, bool on);

/* Adds a warning if the mode after the next boot will differ from the current mode. */
void nextboot_judge(const struct host *host, const struct next_boot *next, struct finding_list *findings);

/* Adds what prevents the mode `on` at the next boot and cannot be changed through our own file: another file,
 * a built-in vfio, a stale initramfs. Returns whether the next boot will have the mode `on`, unless that is
 * stale. */
bool nextboot_judge_wanted(
	const struct host *host, const struct next_boot *next, bool on, struct finding_list *findings);

/* Whether persistent bindings are applied now and will be applied at the next boot. */

/* Adds the problems of the persistent bindings: a different card at the address, no card, an invalid file, a
 * device that is not bound. */
void persistence_judge(
	const struct stored_list *stored, const struct device_list *devices, struct finding_list *findings);

/* The same for one binding, except whether the device is bound. Returns whether it can be used. */
bool persistence_judge_one(const struct stored *stored, struct finding_list *findings);

/* Adds what prevents the persistent bindings from being applied at the next boot: noiommu mode is disabled,
 * if one of them needs it (`noiommu`), or the udev rule is missing (`rule`: it is installed). */
void persistence_judge_next_boot(
	const struct next_boot *next, enum rule_state rule, bool noiommu, struct finding_list *findings);

/* ---- safety.c ----
 * Whether a device can be bound and unbound safely. */

/* Whether `device` is bound as a noiommu device. The names of its nodes are the proof. */
bool device_is_noiommu(const struct device *device);

/* Whether `device` has a header that VFIO drivers reject: a bridge. Uses the class if the header was not
 * read. */
bool device_is_bridge(const struct device *device);

/* Whether a bind or unbind of `device` was interrupted: its saved state exists, but it is not bound to VFIO.
 * Needs the device's details. */
bool device_is_interrupted(const struct device *device);

/* Adds a warning if an interrupted run left the device behind. Needs its saved state. */
void safety_judge_interrupted(const struct device *device, struct finding_list *findings);

/* Whether `device` was left without a driver: its driver_override names a driver for userspace programs or is
 * that of our udev rule, or the kernel has a loaded driver for it. Needs device_collect_driverless. */
bool device_is_stranded(const struct device *device);

/* Adds a warning if `device` is stranded. */
void safety_judge_stranded(const struct device *device, struct finding_list *findings);

/* The state that a bind of `device` has to save. A binding to VFIO of another program is not restored: the
 * kernel chooses the driver. The strings belong to the device. */
struct remembered safety_before_bind(const struct device *device);

/* Whether `device` can be bound; safety_judge_bind adds the reasons. */
enum fitness safety_fitness(const struct device *device);

/* Adds what prevents binding `device` to vfio-pci: as a noiommu device, or with `allow_iommu` as an ordinary
 * VFIO device if it has an IOMMU. Needs the uses of the device and of its virtual functions among `devices`.
 */
void safety_judge_bind(const struct device_list *devices, const struct device *device, bool allow_iommu,
	struct finding_list *findings);

/* Adds what prevents unbinding `device` from VFIO: its virtual functions, and the processes that use it. */
void safety_judge_unbind(
	const struct device_list *devices, const struct device *device, struct finding_list *findings);

/* Adds a note if functions in the slot of `device` are neither bound to VFIO nor among the `wanted`: the
 * kernel refuses a hot reset of such a slot. One note for all `wanted` functions of a slot; none for virtual
 * functions, which are reset one by one (FLR). Its remedy binds those that can be bound. */
void safety_judge_siblings(const struct device_list *devices, const struct device *device,
	const struct device_refs *wanted, struct finding_list *findings);

/* Makes /dev/iommu the container of groups, on a kernel without one. */
#define REMEDY_CONTAINER_LINK "modprobe iommufd; mkdir -p /dev/vfio && ln -s /dev/iommu /dev/vfio/vfio"

/* ---- outcome.c ----
 * Whether bind and unbind had the expected result. */

/* Compares `device`, read after a bind, with what `access` predicts: bound to vfio-pci, with its nodes.
 * Returns NULL if they match, else a sentence with the difference. */
const char *outcome_of_bind(const struct device *device, const struct access_case *access);

/* The nodes of the successfully bound `device` that `access` did not predict or that are unusable: a
 * sentence, or NULL. */
const char *outcome_surprise(const struct device *device, const struct access_case *access);

/* Compares `after` with the expected result of unbinding `before`: not bound to VFIO, and the saved driver
 * and driver_override restored. Returns NULL if they match, else a sentence. */
const char *outcome_of_unbind(const struct device *before, const struct device *after);

/* The meaning of a successful or failed attempt to open a device. */

/* Adds why `opening` failed and how to fix it, or what the user has to know if it succeeded. `host` has the
 * mode, the device's uses have the processes that hold the node. */
void opening_judge(const struct host *host, const struct opening *opening, struct finding_list *findings);

/* Adds that `device` is bound to VFIO but has no node. */
void opening_judge_nodeless(const struct device *device, struct finding_list *findings);

/* Adds that `device` is not bound to VFIO and so cannot be opened. */
void opening_judge_unbound(const struct device *device, struct finding_list *findings);

/* Whether a client (not CLIENT_NONE) runs on a device. */

/* The node of `device`, which is bound to VFIO, that the client opens; NULL: it has none that the client can
 * use, and client_judge_nodeless says why. */
const struct vfio_node *client_node(
	enum client client, const struct client_facts *facts, const struct device *device);
void client_judge_nodeless(enum client client, const struct access_case *access, const struct device *device,
	struct finding_list *findings);

/* Adds what else the client lacks on this machine and in this process, and on the devices of `openings`,
 * which opening_judge has judged. */
void client_judge(enum client client, const struct host *host, const struct client_facts *facts,
	const struct opening_list *openings, struct finding_list *findings);

/* ---- taint.c ----
 * The meaning of the kernel taint, and whether VFIO noiommu is a cause of it. */

/* Decodes `value`. If TAINT_USER is set, determines from `log` whether VFIO noiommu set it; NULL: there is no
 * log. */
void taint_judge(unsigned long long value, const struct kernel_log *log, struct taint *taint);

/* Adds a note that binding a noiommu device will taint the kernel of `host`, unless it is already tainted. */
void taint_judge_bind(const struct host *host, struct finding_list *findings);

#endif
